// The network as a picture: what flows, how strongly each neuron answers, the outputs as bars.

const makeNetwork = (state, model) => {
  const root = byId('network');
  const captions = svg('g', { class: 'captions' });
  const wires = svg('g', { 'aria-hidden': 'true' });
  const pixels = svg('g', { 'aria-hidden': 'true' });
  const neurons = svg('g', { role: 'radiogroup', 'aria-label': 'hidden neurons' });
  const outputs = svg('g', { role: 'group', 'aria-label': 'outputs' });
  root.append(captions, wires, pixels, neurons, outputs);
  const proper = model.output === 'linear';
  const shown = neuronsShown(model, model.learned);
  const counts = { neurons: shown.map((of) => of.length), outputs: Math.min(model.classes, MOST_OUTPUTS) };
  let [picture, dots, hidden, rows] = [null, [], [], []];

  const choose = (layer, neuron) => state.update({ chosen: { layer, neuron } });
  const moves = (layer, i, key) => {
    const layers = picture.layers;
    if (key === 'ArrowUp' || key === 'ArrowDown') return [layer, i + (key === 'ArrowUp' ? -1 : 1)];
    const next = layers[layers.indexOf(layer) + (key === 'ArrowLeft' ? -1 : 1)];
    return [next, next && Math.min(shown[next].length - 1, Math.round((i * shown[next].length) / shown[layer].length))];
  };
  const neuronAt = (layer, j, i) => {
    const [x, y] = picture.neuron(layer, i);
    const radius = picture.radius(layer);
    const height = picture.rowHeight(layer);
    const parts = {
      ring: svg('circle', { cx: x, cy: y, r: radius + Math.min(5, height * 0.35), class: 'ring' }),
      ground: svg('circle', { cx: x, cy: y, r: radius, class: 'ground' }),
      fill: svg('circle', { cx: x, cy: y, r: radius }),
      sign: svg('path', { d: `M${x - radius / 2} ${y}h${radius}`, 'stroke-width': Math.max(1, radius / 4) }),
    };
    const element = svg('g', { role: 'radio', class: 'neuron' }, ...Object.values(parts));
    element.append(svg('rect', { class: 'hit', x: x - 22, y: y - height / 2, width: 44, height }));
    element.addEventListener('pointerenter', (event) => event.pointerType === 'mouse' && choose(layer, j));
    element.addEventListener('click', () => choose(layer, j));
    element.addEventListener('keydown', (event) => {
      if (!(event.key in ALONG)) return;
      event.preventDefault();
      const [to, at] = moves(layer, i, event.key);
      const found = hidden.find((each) => each.layer === to && each.at === at);
      if (!found) return;
      choose(to, found.neuron);
      found.element.focus();
    });
    return { layer, neuron: j, at: i, element, ...parts };
  };
  const tellColumns = () => {
    const { narrow, layers, columns } = picture;
    const said = (x, text, anchor) => svg('text', { x, y: narrow ? 12 : 14, 'text-anchor': anchor, text });
    const of = (l) =>
      shown[l].length < model.sizes[l] ? `${shown[l].length} of ${counted(model.sizes[l])}` : String(model.sizes[l]);
    const name = narrow ? '' : ' neurons';
    const tight = picture.outputs - columns[columns.length - 1] < 70;
    const skipped = layers.findIndex((l, i) => i && l > layers[i - 1] + 1);
    captions.replaceChildren(
      said(
        0,
        narrow ? 'pixels' : `${model.sizes[0]} pixels${picture.asImage || layers.length > 2 ? '' : ', row by row'}`,
        'start',
      ),
      ...layers.map((l, i) =>
        said(columns[i], layers.length > 1 || tight ? of(l) : `${of(l)} hidden${name}`, 'middle'),
      ),
      ...(skipped > 0 ? [said((columns[skipped - 1] + columns[skipped]) / 2, '⋯', 'middle')] : []),
      said(picture.outputs, `${counts.outputs} outputs`, 'middle'),
    );
    const all = counts.outputs < model.classes ? `the ${counts.outputs} likeliest of ${model.classes}` : 'all add to 1';
    if (!narrow) captions.append(said(picture.bars, proper ? `probability; ${all}` : 'activation, 0 to 1', 'start'));
  };
  /** What depends on the room alone. */
  const layOut = () => {
    const { width, height } = root.getBoundingClientRect();
    const narrow = width < 700;
    root.classList.toggle('slim', narrow);
    picture = pictureOf(model, counts, width, height, narrow);
    tellColumns();
    const cell = picture.imageSide / Math.max(model.width, model.height);
    dots = shown[0].map((k) => {
      const [x, y] = picture.pixel(k);
      return picture.asImage
        ? svg('rect', { x: x - cell / 2, y: y - cell / 2, width: cell + 0.15, height: cell + 0.15 })
        : svg('circle', { cx: x, cy: y, r: picture.pixelRadius, class: 'dot' });
    });
    const [x, y] = picture.pixel(0);
    const frame = svg('rect', {
      class: 'frame',
      x: x - cell / 2,
      y: y - cell / 2,
      width: picture.imageSide,
      height: picture.imageSide,
    });
    pixels.replaceChildren(...(picture.asImage ? [frame] : []), ...dots);
    hidden = picture.layers.flatMap((l) => shown[l].map((j, i) => neuronAt(l, j, i)));
    neurons.replaceChildren(...hidden.map((each) => each.element));
    rows = Array.from({ length: counts.outputs }, (_, place) => makeRow(model, picture, place));
    outputs.replaceChildren(...rows.map((row) => row.element));
  };

  const showNeuron = (each, now, read) => {
    const a = read.pixels ? read.activations[each.layer][each.neuron] : 0;
    const isChosen = now.chosen.layer === each.layer && now.chosen.neuron === each.neuron;
    const sign = a < 0 ? 'minus' : 'plus';
    set(each.element, {
      'aria-checked': isChosen,
      tabindex: isChosen ? 0 : -1,
      'aria-label': `layer ${each.layer}, neuron ${each.neuron}: ${read.pixels ? printed(a, 2) : 'no ink'}`,
    });
    each.ring.style.display = isChosen ? '' : 'none';
    set(each.ground, { stroke: read.pixels ? `var(--${sign})` : 'var(--faint)' });
    set(each.fill, { fill: `var(--${sign})`, 'fill-opacity': Math.min(1, Math.abs(a)).toFixed(3) });
    set(each.sign, { stroke: Math.abs(a) > 0.55 ? 'var(--tile)' : 'var(--minus)' });
    each.sign.style.display = a < 0 ? '' : 'none';
  };
  const render = (now, read) => {
    const outputsNow = outputsShown(read.outputs ?? new Array(model.classes).fill(0), now.wished);
    wires.replaceChildren(...(read.pixels ? wiresOf(model, picture, shown, outputsNow, now, read) : []));
    dots.forEach((dot, k) => set(dot, { 'fill-opacity': read.pixels ? Math.min(1, read.pixels[k]).toFixed(2) : 0 }));
    for (const each of hidden) showNeuron(each, now, read);
    const texts = textsOf(model, read);
    rows.forEach((row, place) => row.show(outputsNow[place], now, read, texts[outputsNow[place]] ?? '–'));
  };
  return { render, layOut };
};
