// The network: its parameters, what its program reads, how one step changes it. `READING` and `COST` are the plan.

const makeModel = (data) => {
  const { sizes, height, width, names } = data;
  const learned = unpacked(data.parameters, Float64Array);
  const layers = data.layers.map((at, l) => ({ ...at, inputs: sizes[l], outputs: sizes[l + 1] }));
  const digits = unpacked(data.classes, Uint8Array);
  const stored = unpacked(data.pixels, data.levels ? Uint8Array : Float64Array);
  const pixels = data.levels ? Float64Array.from(stored, (level) => level / data.levels) : stored;
  const count = sizes[0];
  return {
    ...data,
    learned,
    layers,
    digits,
    classes: names.length,
    /** Test image k, as the network takes it. */
    image: (k) => pixels.subarray(k * count, (k + 1) * count),
    form: formOf(height, width),
  };
};

/** The weights of a layer, row after row: those of an output stand together. */
const weightsOf = (layer, parameters) =>
  parameters.subarray(layer.weights, layer.weights + layer.inputs * layer.outputs);
const biasesOf = (layer, parameters) => parameters.subarray(layer.biases, layer.biases + layer.outputs);

/** The activations of each layer, the pixels first; the last are the outputs as they are shown. */
const activationsOf = (model, pixels, parameters) => {
  const all = READING.outputs(pixels, parameters);
  let from = 0;
  return [pixels, ...model.layers.map(({ outputs }) => all.subarray(from, (from += outputs)))];
};

/** The cost if the right class were `wished`, and its derivative by every parameter. */
const slopesOf = (model, pixels, wished, parameters) => {
  const target = Float64Array.from({ length: model.classes }, (_, i) => Number(i === wished));
  return COST.gradient([...pixels, ...target], parameters);
};

/** The parameters after a step of gradient descent. */
const stepped = (parameters, gradient, rate) => parameters.map((p, i) => p - rate * gradient[i]);

/** How many of the test images are read rightly. */
const rightOf = (model, parameters) =>
  model.digits.reduce(
    (right, digit, k) => right + Number(largest(activationsOf(model, model.image(k), parameters).pop()) === digit),
    0,
  );

/**
 * What ink a neuron looks for: the weights of the first layer as an image. Further on, those images added as the
 * neuron weighs them.
 */
const soughtBy = (model, parameters, layer, neuron) => {
  const { inputs } = model.layers[layer];
  const row = weightsOf(model.layers[layer], parameters).subarray(neuron * inputs, (neuron + 1) * inputs);
  if (layer === 0) return row;
  let image = row;
  for (let l = layer - 1; l >= 0; l--) {
    const below = model.layers[l];
    const weights = weightsOf(below, parameters);
    const next = new Float64Array(below.inputs);
    image.forEach((weight, j) => {
      for (let k = 0; k < below.inputs; k++) next[k] += weight * weights[j * below.inputs + k];
    });
    image = next;
  }
  return image;
};
