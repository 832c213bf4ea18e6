// The page is put together.

const model = makeModel(dataOf('model'));
const SAMPLE = [[[0.37, 0.31], [0.43, 0.24], [0.53, 0.2], [0.63, 0.22], [0.66, 0.3], [0.61, 0.39], [0.5, 0.45], [0.44, 0.46], [0.54, 0.49], [0.64, 0.56], [0.67, 0.66], [0.62, 0.76], [0.52, 0.81], [0.41, 0.79], [0.35, 0.73]]];

const begin = () => {
  const three = model.names.indexOf('3');
  const state = makeState(model, three < 0 ? { image: 0, wished: model.digits[0] } : { strokes: SAMPLE });
  const { now, read } = state;
  // the runner-up is what it might have been; the neuron that speaks most for what is read is shown
  const wished = largestOf(read.outputs, 2)[1] ?? 0;
  const output = model.layers[model.layers.length - 1];
  const weights = weightsOf(output, now.parameters);
  const activations = read.activations[read.activations.length - 2];
  const neuron = largest(activations.map((a, j) => a * weights[read.best * output.inputs + j]));
  state.update({ chosen: { layer: model.sizes.length - 2, neuron }, ...(now.image === null ? { wished } : {}) });
  return state;
};

const state = begin();
const strip = makeStrip(state, model);
const network = makeNetwork(state, model);
const views = [makePad(state, model), makeSteps(state, model), makeVerdict(state, model), network, makeNeuron(state, model), makeWish(state, model), makeSlopes(state, model), strip];
const redraw = () => views.forEach((view) => view.render(state.now, state.read));

// several changes between two frames are drawn once
let asked = false;
state.watch(() => {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    redraw();
  });
});
const laidOut = () => {
  network.layOut();
  redraw();
};
laidOut();
new ResizeObserver(laidOut).observe(byId('network'));
document.addEventListener('themechange', () => {
  strip.paint();
  redraw();
});
