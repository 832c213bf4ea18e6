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

/** Where the right of the picture begins: the outputs, their names, bars and numbers. */
const rightOfPicture = (width, narrow) =>
  narrow
    ? { outputs: width - 168, names: width - 146, bars: width - 132, bar: 58, percent: width }
    : { outputs: width - 450, names: width - 420, bars: width - 396, bar: 178, percent: width - 138 };

/** Radii, columns and rows for a width and height; `narrow` on a phone. */
const pictureOf = (model, counts, width, height, narrow) => {
  const [top, bottom] = narrow ? [24, height - 6] : [34, height - 10];
  const tall = bottom - top;
  const layers = layersShown(model);
  const asImage = model.sizes[0] > MOST_DOTS;
  const imageSide = narrow ? 62 : 118;
  const cell = imageSide / Math.max(model.width, model.height);
  const right = rightOfPicture(width, narrow);
  const left = asImage ? imageSide : narrow ? 6 : 10;
  const columns = layers.map((_, i) => left + ((right.outputs - left) * (i + 1)) / (layers.length + 1));
  const row = (count, i) => top + (tall * (i + 0.5)) / count;
  const between = 0.9; // of the rows of an image that stands as a column
  const pixel = (k) => {
    const [x, y] = [k % model.width, Math.floor(k / model.width)];
    if (asImage) return [(x + 0.5) * cell, (top + bottom - imageSide) / 2 + (y + 0.5) * cell];
    return [left, top + (tall * (k + 0.5 + y * between)) / (model.sizes[0] + (model.height - 1) * between)];
  };
  return {
    ...right,
    narrow,
    layers,
    columns,
    asImage,
    imageSide,
    cell,
    pixel,
    pixelRadius: narrow ? 1.7 : 2.9,
    output: (i) => row(counts.outputs, i),
    outputRadius: Math.min(narrow ? 9 : 13.5, (tall / counts.outputs) * 0.34),
    barHeight: Math.min(narrow ? 12 : 20, (tall / counts.outputs) * 0.5),
    neuron: (l, i) => [columns[layers.indexOf(l)], row(counts.neurons[l], i)],
    radius: (l) => Math.min(narrow ? 4.6 : 7.5, (tall / counts.neurons[l]) * 0.42),
    rowHeight: (l) => tall / counts.neurons[l],
  };
};
