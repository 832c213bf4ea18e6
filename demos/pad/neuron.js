// One hidden neuron: what it looks for, and what it finds in the ink.

const makeNeuron = (state, model) => {
  const [sought, found] = [byId('sought'), byId('found')];

  const render = (now, read) => {
    const { layer, neuron } = now.chosen;
    const colours = palette();
    const side = sought.clientWidth;
    const image = soughtBy(model, now.parameters, layer - 1, neuron);
    const most = 0.85 * largestSize(image);
    paintSigned(sheet(sought, side, side), image, model.width, [0, 0, side], most, colours);
    const pen = sheet(found, side, side);
    if (read.pixels)
      paintSigned(
        pen,
        image.map((w, k) => w * read.pixels[k]),
        model.width,
        [0, 0, side],
        most,
        colours,
      );
    const last = model.sizes.length - 1;
    byId('neuron-title').textContent = last > 2 ? `Layer ${layer}, neuron ${neuron}` : `Hidden neuron ${neuron}`;
    byId('finds').replaceChildren(
      'finds ',
      ...(read.pixels ? [letter('a'), ` = ${printed(read.activations[layer][neuron], 3)}`] : ['nothing yet']),
    );
    byId('speaks').textContent = layer === last - 1 && read.pixels ? spoken(now, read, neuron) : '';
    byId('sought-caption').textContent =
      layer === 1 ? 'what it looks for' : `by way of layer ${layer > 2 ? `1 to ${layer - 1}` : 1}`;
  };
  /** Which outputs it raises and lowers most. */
  const spoken = (now, read, neuron) => {
    const output = model.layers[model.layers.length - 1];
    const weights = weightsOf(output, now.parameters);
    const a = read.activations[read.activations.length - 2][neuron];
    const says = Array.from({ length: output.outputs }, (_, i) => weights[i * output.inputs + neuron] * a);
    return `speaks for ${model.names[largest(says)]}, against ${model.names[largest(says.map((v) => -v))]}`;
  };
  return { render };
};
