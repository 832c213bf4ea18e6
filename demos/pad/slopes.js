// How each weight would change, layer by layer from the last: minus the derivatives of the cost. Each layer is a strip;
// the columns of a strip are the neurons before it, so that neighbouring strips stand over one another.

const makeSlopes = (state, model) => {
  const shown = neuronsShown(model, model.learned);
  const strips = stripsOf(model, shown).map((strip) => {
    const canvas = html('canvas', { role: 'img' });
    const rows = html('span', { class: 'rows' });
    const label = html('div', { class: 'label' }, html('b', { text: strip.title }), derivativeBy(strip), rows);
    byId('slopes').append(label, canvas);
    const choose = (event) => {
      const box = canvas.getBoundingClientRect();
      const place = strip.placeAt(event.clientX - box.left, event.clientY - box.top, box.width);
      const neuron = shown[strip.neurons][place];
      const { chosen } = state.now;
      if (neuron === undefined || (chosen.layer === strip.neurons && chosen.neuron === neuron)) return;
      state.update({ chosen: { layer: strip.neurons, neuron } });
    };
    canvas.addEventListener('pointermove', choose);
    canvas.addEventListener('pointerdown', choose);
    return { ...strip, canvas, rows };
  });

  const render = (now, read) => {
    if (!read.pixels) return;
    const colours = palette();
    for (const strip of strips) {
      const most = strip.paint({ ...strip, model, shown, width: strip.canvas.clientWidth, now, read, colours });
      set(strip.canvas, { 'aria-label': `${strip.title}, layer ${strip.layer}: at most ${printed(most, 3)} in size` });
    }
  };
  return { render };
};

/** The strips from the last layer to the first: of what `layer`, with columns for the `neurons` of what layer. */
const stripsOf = (model, shown) => {
  const last = model.layers.length;
  const name = (l) => (l === last ? 'Output layer' : last === 2 ? 'Hidden layer' : `Layer ${l}`);
  const inColumns = (l) => (x, y, width) => Math.floor((x / width) * shown[l].length);
  const inTiles = (x, y, width) => {
    const { across, side } = tilesOf(shown[1].length, width);
    return Math.floor(x / side) + across * Math.floor(y / side);
  };
  const strips = [];
  for (let l = last; l > 1; l--) {
    const [neurons, placeAt] = [l - 1, inColumns(l - 1)];
    strips.push({ title: name(l), by: 'w', layer: l, neurons, placeAt, paint: paintMatrix });
    strips.push({ title: 'Passed back', by: 'z', layer: l - 1, neurons, placeAt, paint: paintPassed });
  }
  return [...strips, { title: name(1), by: 'w', layer: 1, neurons: 1, placeAt: inTiles, paint: paintCopies }];
};

const derivativeBy = ({ by, layer }) => {
  const italic = (text) => html('i', { text });
  const superscript = html('sup', { text: `(${layer})` });
  return html('span', { class: 'math by' }, '−∂', italic('C'), '/∂', italic(by), superscript);
};

/** So many square tiles in rows: one row where they are not too small. */
const tilesOf = (count, width) => {
  const across = width / count >= 24 ? count : Math.floor(width / 36);
  return { across, side: width / across };
};

const opened = ({ canvas, width }, height) => {
  canvas.style.height = `${height}px`;
  return sheet(canvas, width, height);
};

/** The place of the chosen neuron among the shown ones of a layer; -1 if it is in another. */
const placeOfChosen = (shown, { chosen }, layer) => (chosen.layer === layer ? shown[layer].indexOf(chosen.neuron) : -1);

const mostOf = (rows, columns, value) =>
  rows.reduce((most, j) => columns.reduce((found, k) => Math.max(found, Math.abs(value(j, k))), most), 0);

/** The weights of a layer: a row for each of its neurons, a column for each neuron before it. Returns the largest. */
const paintMatrix = (scene) => {
  const { model, shown, layer: l, rows, width, now, read, colours } = scene;
  const layer = model.layers[l - 1];
  const isLast = l === model.layers.length;
  const [down, across] = [isLast ? outputsShown(read.outputs, now.wished) : shown[l], shown[l - 1]];
  const slopes = weightsOf(layer, read.gradient);
  const value = (j, k) => -slopes[j * layer.inputs + k];
  const most = mostOf(down, across, value);
  const [cell, height] = [width / across.length, Math.max(4, Math.min(8, 96 / down.length))];
  const pen = opened(scene, height * down.length);
  const between = cell > 6 ? 1 : 0;
  const paint = (j, k, row, column) => {
    const place = [column * cell + between, row * height + 0.5, cell - 2 * between, height - 1];
    pen.fillStyle = colours.sunk;
    pen.fillRect(...place);
    paintCell(pen, value(j, k), most, place, colours, colours.page, 4);
  };
  down.forEach((j, row) => across.forEach((k, column) => paint(j, k, row, column)));
  const chosen = placeOfChosen(shown, now, l - 1);
  if (chosen >= 0) {
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 2;
    pen.strokeRect(chosen * cell + 1, 1, cell - 2, height * down.length - 2);
  }
  const named = isLast ? [...new Set([now.wished, read.best])] : [];
  const top = (i) => `top: ${(down.indexOf(i) + 0.5) * height}px`;
  rows.replaceChildren(...named.map((i) => html('span', { text: model.names[i], style: top(i) })));
  return most;
};

/** What reaches each neuron of a layer, as bars. Returns the largest. */
const paintPassed = (scene) => {
  const { model, shown, layer: l, width, now, read, colours } = scene;
  const slopes = biasesOf(model.layers[l - 1], read.gradient); // dz/db is 1
  const most = mostOf(shown[l], [0], (j) => slopes[j]);
  const [height, cell] = [32, width / shown[l].length];
  const pen = opened(scene, height);
  const chosen = placeOfChosen(shown, now, l);
  pen.fillStyle = colours.sunk;
  if (chosen >= 0) pen.fillRect(chosen * cell, 0, cell, height);
  pen.fillStyle = colours['line-strong'];
  pen.fillRect(0, height / 2 - 0.5, width, 1);
  shown[l].forEach((j, column) => {
    const tall = most ? (-slopes[j] / most) * (height / 2 - 1) : 0;
    const place = [(column + 0.25) * cell, height / 2 - Math.max(0, tall), cell / 2, Math.abs(tall)];
    pen.fillStyle = tall > 0 ? colours.plus : colours.minus;
    pen.fillRect(...place);
    if (tall < 0) hatched(pen, ...place, colours.page, 4);
  });
  return most;
};

/** The weights of the first layer: for each neuron a copy of the ink, as strong as what was passed back to it. */
const paintCopies = (scene) => {
  const { model, shown, width, now, read, colours } = scene;
  const { inputs } = model.layers[0];
  const slopes = weightsOf(model.layers[0], read.gradient);
  const of = (j) => slopes.subarray(j * inputs, (j + 1) * inputs);
  const most = shown[1].reduce((found, j) => Math.max(found, largestSize(of(j))), 0);
  const { across, side } = tilesOf(shown[1].length, width);
  const [inner, row] = [side - 4, side + 1];
  const pen = opened(scene, row * Math.ceil(shown[1].length / across));
  const chosen = placeOfChosen(shown, now, 1);
  shown[1].forEach((j, i) => {
    const [x, y] = [(i % across) * side + 2, Math.floor(i / across) * row + 2];
    pen.fillStyle = colours.tile;
    pen.fillRect(x, y, inner, inner);
    paintSigned(
      pen,
      of(j).map((slope) => -slope),
      model.width,
      [x, y, inner],
      most,
      colours,
    );
    pen.strokeStyle = i === chosen ? colours.ink : colours['line-strong'];
    pen.lineWidth = i === chosen ? 2.2 : 1;
    pen.strokeRect(x, y, inner, inner);
  });
  return most;
};
