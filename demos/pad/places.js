// Where everything stands in the picture of the network: numbers alone, from the room there is.

const MOST_NEURONS = 40; // shown of a layer: those whose outgoing weights are largest
const MOST_LAYERS = 4; // hidden layers shown: of more, the first and the last ones
const MOST_OUTPUTS = 10;
const MOST_DOTS = 100; // pixels shown as a column; more stand as an image

/** Which neurons of each layer are shown, in their order; of the pixels all, of the outputs `outputsShown`. */
const neuronsShown = (model, parameters) =>
  model.sizes.slice(0, -1).map((count, l) => {
    const all = Array.from({ length: count }, (_, j) => j);
    if (l === 0 || count <= MOST_NEURONS) return all;
    const next = model.layers[l];
    const weights = weightsOf(next, parameters);
    const strength = all.map((j) => {
      let sum = 0;
      for (let i = 0; i < next.outputs; i++) sum += weights[i * count + j] ** 2;
      return sum;
    });
    return largestOf(strength, MOST_NEURONS).sort((i, j) => i - j);
  });

/** The outputs shown: all, or the likeliest and the one wished. */
const outputsShown = (outputs, wished) => {
  if (outputs.length <= MOST_OUTPUTS) return Array.from(outputs, (_, i) => i);
  const likeliest = largestOf(outputs, MOST_OUTPUTS);
  const chosen = likeliest.includes(wished) ? likeliest : [...likeliest.slice(0, -1), wished];
  return chosen.sort((i, j) => i - j);
};

/** Which layers are shown: 0 the pixels, then the hidden ones. */
const layersShown = (model) => {
  const hidden = model.sizes.length - 2;
  const all = Array.from({ length: hidden }, (_, l) => l + 1);
  return hidden <= MOST_LAYERS ? all : [...all.slice(0, MOST_LAYERS / 2), ...all.slice(-MOST_LAYERS / 2)];
};

/** Radii, columns and rows for a width and height; `narrow` on a phone. */
const pictureOf = (model, counts, width, height, narrow) => {
  const top = narrow ? 24 : 34;
  const bottom = height - (narrow ? 6 : 10);
  const layers = layersShown(model);
  const asImage = model.sizes[0] > MOST_DOTS;
  const imageSide = narrow ? 62 : 118;
  const right = narrow
    ? { outputs: width - 168, names: width - 146, bars: width - 132, bar: 66, percent: width }
    : { outputs: width - 450, names: width - 420, bars: width - 396, bar: 178, percent: width - 138 };
  const left = asImage ? imageSide : narrow ? 6 : 10;
  const gap = (right.outputs - left) / (layers.length + 1);
  const columns = layers.map((_, i) => left + gap * (i + 1));
  const row = (count, i) => top + ((bottom - top) * (i + 0.5)) / count;
  const spaced = model.width > 1 && !asImage ? 0.9 : 0;
  const pixelRows = model.sizes[0] + (model.height - 1) * spaced;
  const pixel = (k) => {
    if (!asImage) return [left, top + ((bottom - top) * (k + 0.5 + Math.floor(k / model.width) * spaced)) / pixelRows];
    const cell = imageSide / Math.max(model.width, model.height);
    return [
      ((k % model.width) + 0.5) * cell,
      (top + bottom - imageSide) / 2 + (Math.floor(k / model.width) + 0.5) * cell,
    ];
  };
  const radius = (count) => Math.min(narrow ? 4.6 : 7.5, ((bottom - top) / count) * 0.42);
  return {
    ...right,
    layers,
    columns,
    asImage,
    imageSide,
    pixel,
    narrow,
    top,
    bottom,
    pixelRadius: narrow ? 1.7 : 2.9,
    outputRadius: Math.min(narrow ? 9 : 13.5, ((bottom - top) / counts.outputs) * 0.34),
    barHeight: Math.min(narrow ? 12 : 20, ((bottom - top) / counts.outputs) * 0.5),
    output: (i) => row(counts.outputs, i),
    neuron: (l, i) => [columns[layers.indexOf(l)], row(counts.neurons[l], i)],
    radius: (l) => radius(counts.neurons[l]),
    rowHeight: (l) => (bottom - top) / counts.neurons[l],
  };
};
