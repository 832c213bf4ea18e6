// The connections that carry most now: how wide by what flows, w times a, and with which sign.

/** The strongest connections between two neighbouring layers: [what flows, from, to], the weakest first. */
const strongest = (layer, parameters, activations, from, to, most, always) => {
  const weights = weightsOf(layer, parameters);
  const flows = [];
  for (const j of to)
    for (const k of from) {
      const flow = weights[j * layer.inputs + k] * activations[k];
      if (flow) flows.push([flow, k, j]);
    }
  flows.sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]));
  const scale = flows.length ? Math.abs(flows[0][0]) : 1;
  const kept = flows.filter(([flow, k, j], i) => i < most || (always(k, j) && Math.abs(flow) > 0.03 * scale));
  return { scale, flows: kept.reverse() };
};

/** A connection as a curve; `faint` beside those of the chosen neuron. */
const wire = ([x, y], [toX, toY], flow, scale, faint, narrow) => {
  const strength = Math.abs(flow) / scale;
  const [left, middle, right] = [x, (x + toX) / 2, toX].map((at) => at.toFixed(1));
  const [top, bottom] = [y, toY].map((at) => at.toFixed(1));
  return svg('path', {
    class: flow > 0 ? 'excites' : 'inhibits',
    d: `M${left} ${top}C${middle} ${top} ${middle} ${bottom} ${right} ${bottom}`,
    'stroke-width': ((narrow ? 0.7 : 1) * (0.5 + 2.6 * strength)).toFixed(2),
    opacity: ((0.16 + 0.84 * strength) * (faint ? 0.3 : 1)).toFixed(3),
  });
};

/** The wires into each shown layer from the one before it, where that is shown, too. */
const wiresOf = (model, picture, shown, outputs, now, read) => {
  const last = model.sizes.length - 1;
  const { layer, neuron } = now.chosen;
  const into = [...picture.layers, last].filter((l) => l === 1 || picture.layers.includes(l - 1));
  return into.flatMap((l) => {
    const most = Math.round((l === last ? 56 : 110) * (picture.narrow ? 0.6 : 1));
    const isChosen = (k, j) => (l === layer && j === neuron) || (l - 1 === layer && k === neuron);
    const below = read.activations[l - 1];
    const to = l === last ? outputs : shown[l];
    const { scale, flows } = strongest(model.layers[l - 1], now.parameters, below, shown[l - 1], to, most, isChosen);
    const start = (k) => (l === 1 ? picture.pixel(k) : picture.neuron(l - 1, shown[l - 1].indexOf(k)));
    const end = (j) =>
      l === last ? [picture.outputs, picture.output(to.indexOf(j))] : picture.neuron(l, to.indexOf(j));
    const from = l === 1 ? picture.pixelRadius : picture.radius(l - 1);
    const until = l === last ? picture.outputRadius : picture.radius(l);
    const drawn = ([flow, k, j]) => {
      const [[x, y], [toX, toY]] = [start(k), end(j)];
      return wire([x + from + 1.5, y], [toX - until - 2, toY], flow, scale, !isChosen(k, j), picture.narrow);
    };
    // those of the chosen neuron lie on top
    return [...flows.filter(([, k, j]) => !isChosen(k, j)), ...flows.filter(([, k, j]) => isChosen(k, j))].map(drawn);
  });
};
