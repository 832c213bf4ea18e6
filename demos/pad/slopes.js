// How each weight would change, layer by layer from the last: minus the derivatives of the cost.

const makeSlopes = (state, model) => {
  const root = byId('slopes');
  const shown = neuronsShown(model, model.learned);
  const last = model.layers.length;
  const italic = (text) => html('i', { text });
  const derivative = (name, l) =>
    html('span', { class: 'math by' }, '−∂', italic('C'), '/∂', italic(name), html('sup', { text: `(${l})` }));
  const layerName = (l) => (l === last ? 'Output layer' : last === 2 ? 'Hidden layer' : `Layer ${l}`);

  const strip = (title, name, l, paint, neuronOf, columnsOf) => {
    const canvas = html('canvas', { role: 'img' });
    const rows = html('span', { class: 'rows' });
    root.append(html('div', { class: 'label' }, html('b', { text: title }), derivative(name, l), rows), canvas);
    canvas.addEventListener('pointermove', (event) => {
      const box = canvas.getBoundingClientRect();
      const column = neuronOf(event.clientX - box.left, event.clientY - box.top, box.width);
      const neuron = shown[columnsOf][column];
      if (neuron === undefined || (state.now.chosen.layer === columnsOf && state.now.chosen.neuron === neuron)) return;
      state.update({ chosen: { layer: columnsOf, neuron } });
    });
    return { canvas, rows, paint, columnsOf };
  };
  const inColumns = (l) => (x, y, width) => Math.floor((x / width) * shown[l].length);
  const strips = [];
  for (let l = last; l > 1; l--) {
    strips.push(strip(layerName(l), 'w', l, (...all) => paintMatrix(l, ...all), inColumns(l - 1), l - 1));
    strips.push(strip('Passed back', 'z', l - 1, (...all) => paintPassed(l - 1, ...all), inColumns(l - 1), l - 1));
  }
  const tile = (width) => {
    const fit = width / shown[1].length;
    const across = fit >= 24 ? shown[1].length : Math.floor(width / 36);
    return { across, side: width / across };
  };
  const inTiles = (x, y, width) => {
    const { across, side } = tile(width);
    return Math.floor(x / side) + across * Math.floor(y / side);
  };
  strips.push(strip(layerName(1), 'w', 1, (...all) => paintCopies(...all), inTiles, 1));

  const chosenColumn = (now, l) => (now.chosen.layer === l ? shown[l].indexOf(now.chosen.neuron) : -1);
  const open = (canvas, width, height) => {
    canvas.style.height = `${height}px`;
    return sheet(canvas, width, height);
  };
  const framed = (pen, [x, y, width, height], colours) => {
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 2;
    pen.strokeRect(x + 1, y + 1, width - 2, height - 2);
  };

  /** The weights of a layer: a row for each of its neurons, a column for each neuron before it. */
  const paintMatrix = (l, { canvas, rows }, width, now, read, colours) => {
    const layer = model.layers[l - 1];
    const across = shown[l - 1];
    const down = l === last ? outputsShown(read.outputs, now.wished) : shown[l];
    const slopes = weightsOf(layer, read.gradient);
    const height = Math.max(4, Math.min(8, 96 / down.length));
    const pen = open(canvas, width, height * down.length);
    const cell = width / across.length;
    const value = (j, k) => -slopes[j * layer.inputs + k];
    const most = down.reduce((found, j) => across.reduce((most, k) => Math.max(most, Math.abs(value(j, k))), found), 0);
    const between = cell > 6 ? 1 : 0;
    down.forEach((j, row) =>
      across.forEach((k, column) => {
        const place = [column * cell + between, row * height + 0.5, cell - 2 * between, height - 1];
        pen.fillStyle = colours.sunk;
        pen.fillRect(...place);
        paintCell(pen, value(j, k), most, place, colours, colours.page, 4);
      }),
    );
    const chosen = chosenColumn(now, l - 1);
    if (chosen >= 0) framed(pen, [chosen * cell, 0, cell, height * down.length], colours);
    const named = l === last ? [...new Set([now.wished, read.best])] : [];
    rows.replaceChildren(
      ...named.map((i) => html('span', { text: model.names[i], style: `top:${(down.indexOf(i) + 0.5) * height}px` })),
    );
    return most;
  };
  /** What reaches each neuron of a layer. */
  const paintPassed = (l, { canvas }, width, now, read, colours) => {
    const slopes = biasesOf(model.layers[l - 1], read.gradient);
    const [height, cell] = [32, width / shown[l].length];
    const pen = open(canvas, width, height);
    const most = shown[l].reduce((found, j) => Math.max(found, Math.abs(slopes[j])), 0);
    const chosen = chosenColumn(now, l);
    pen.fillStyle = colours.sunk;
    if (chosen >= 0) pen.fillRect(chosen * cell, 0, cell, height);
    pen.fillStyle = colours['line-strong'];
    pen.fillRect(0, height / 2 - 0.5, width, 1);
    shown[l].forEach((j, column) => {
      const tall = most ? (-slopes[j] / most) * (height / 2 - 1) : 0;
      const place = [column * cell + cell * 0.25, height / 2 - Math.max(0, tall), cell * 0.5, Math.abs(tall)];
      pen.fillStyle = tall > 0 ? colours.plus : colours.minus;
      pen.fillRect(...place);
      if (tall < 0) hatched(pen, ...place, colours.page, 4);
    });
    return most;
  };
  /** The weights of the first layer: for each neuron a copy of the ink, as strong as what was passed back to it. */
  const paintCopies = ({ canvas }, width, now, read, colours) => {
    const layer = model.layers[0];
    const slopes = weightsOf(layer, read.gradient);
    const { across, side } = tile(width);
    const inner = side - 4;
    const pen = open(canvas, width, (inner + 5) * Math.ceil(shown[1].length / across));
    const of = (j) => slopes.subarray(j * layer.inputs, (j + 1) * layer.inputs);
    const most = shown[1].reduce((found, j) => Math.max(found, largestSize(of(j))), 0);
    shown[1].forEach((j, i) => {
      const [x, y] = [(i % across) * side + 2, Math.floor(i / across) * (inner + 5) + 2];
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
      const chosen = now.chosen.layer === 1 && now.chosen.neuron === j;
      pen.strokeStyle = chosen ? colours.ink : colours['line-strong'];
      pen.lineWidth = chosen ? 2.2 : 1;
      pen.strokeRect(x, y, inner, inner);
    });
    return most;
  };

  const render = (now, read) => {
    if (!read.pixels) return;
    const colours = palette();
    for (const each of strips) {
      const most = each.paint(each, each.canvas.clientWidth, now, read, colours);
      set(each.canvas, { 'aria-label': `the largest is ${printed(most, 3)} in size` });
    }
  };
  return { render };
};
