// The network as a picture: what flows, how strongly each neuron answers, the outputs as bars.

const makeNetwork = (state, model) => {
  const root = byId('network');
  const groups = {
    captions: svg('g', { class: 'captions' }),
    wires: svg('g', { 'aria-hidden': 'true' }),
    pixels: svg('g', { 'aria-hidden': 'true' }),
    neurons: svg('g', { role: 'radiogroup', 'aria-label': 'hidden neurons' }),
    outputs: svg('g', { role: 'group', 'aria-label': 'outputs' }),
  };
  root.append(...Object.values(groups));
  const shown = neuronsShown(model, model.learned);
  const counts = { neurons: shown.map((of) => of.length), outputs: Math.min(model.classes, MOST_OUTPUTS) };
  let [picture, dots, balls, rows] = [null, [], [], []];

  const choose = ({ layer, neuron }) => state.update({ chosen: { layer, neuron } });
  groups.neurons.addEventListener('keydown', (event) => {
    const from = balls.find((ball) => ball.element === document.activeElement);
    if (!from || !(event.key in ALONG)) return;
    event.preventDefault();
    const to = ballBy(event.key, balls, from, picture.layers);
    if (!to) return;
    choose(to);
    to.element.focus();
  });

  /** What depends on the room alone. */
  const layOut = () => {
    const { width, height } = root.getBoundingClientRect();
    picture = pictureOf(model, counts, width, height, width < 700);
    root.classList.toggle('slim', picture.narrow);
    dots = shown[0].map((k) => dotOf(picture, k));
    balls = picture.layers.flatMap((layer) =>
      shown[layer].map((neuron, at) => makeBall(picture, layer, neuron, at, () => choose({ layer, neuron }))),
    );
    rows = Array.from({ length: counts.outputs }, (_, place) => makeRow(model, picture, place));
    groups.captions.replaceChildren(...captionsOf(model, picture, shown, counts.outputs));
    groups.pixels.replaceChildren(...(picture.asImage ? [frameOf(picture)] : []), ...dots);
    groups.neurons.replaceChildren(...balls.map((ball) => ball.element));
    groups.outputs.replaceChildren(...rows.map((row) => row.element));
  };

  const render = (now, read) => {
    const outputs = outputsShown(read.outputs ?? new Array(model.classes).fill(0), now.wished);
    groups.wires.replaceChildren(...(read.pixels ? wiresOf(model, picture, shown, outputs, now, read) : []));
    dots.forEach((dot, k) => set(dot, { 'fill-opacity': read.pixels ? Math.min(1, read.pixels[k]).toFixed(2) : 0 }));
    for (const ball of balls) showBall(ball, now, read);
    const texts = textsOf(model, read);
    rows.forEach((row, place) => row.show(outputs[place], now, read, texts[outputs[place]] ?? '–'));
  };
  return { render, layOut };
};

/** A pixel: of few a dot in the column, of many a cell of the image. */
const dotOf = (picture, k) => {
  const [x, y] = picture.pixel(k);
  if (!picture.asImage) return svg('circle', { cx: x, cy: y, r: picture.pixelRadius, class: 'dot' });
  const side = picture.cell + 0.15; // no seams
  return svg('rect', { x: x - picture.cell / 2, y: y - picture.cell / 2, width: side, height: side });
};

const frameOf = ({ pixel, cell, imageSide }) => {
  const [x, y] = pixel(0);
  return svg('rect', { class: 'frame', x: x - cell / 2, y: y - cell / 2, width: imageSide, height: imageSide });
};
