// The page is put together.

const model = makeModel(dataOf('model'));
/** A 3 to begin with, in hundredths of the pad. */
const SAMPLE = '33,28 40,21 51,18 62,21 66,29 62,38 53,44 45,46 55,48 65,54 69,64 65,75 54,82 42,82 33,76';

const begin = () => {
  const three = model.names.indexOf('3');
  const stroke = SAMPLE.split(' ').map((pair) => pair.split(',').map((part) => Number(part) / 100));
  const state = makeState(model, three < 0 ? { image: 0, wished: model.digits[0] } : { strokes: [stroke] });
  const { now, read } = state;
  // the runner-up is what it might have been; the neuron that speaks most for what is read is shown
  const wished = largestOf(read.outputs, 2)[1] ?? 0;
  const output = model.layers[model.layers.length - 1];
  const weights = weightsOf(output, now.parameters);
  const layer = model.sizes.length - 2;
  const shown = neuronsShown(model, now.parameters)[layer];
  const speaks = shown.map((j) => read.activations[layer][j] * weights[read.best * output.inputs + j]);
  state.update({ chosen: { layer, neuron: shown[largest(speaks)] }, ...(now.image === null ? { wished } : {}) });
  return state;
};

const state = begin();
const strip = makeStrip(state, model);
const network = makeNetwork(state, model);
const views = [
  makePad(state, model),
  makeSteps(state, model),
  makeVerdict(state, model),
  network,
  makeNeuron(state, model),
  makeWish(state, model),
  makeSlopes(state, model),
  strip,
];
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
