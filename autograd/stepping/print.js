// On paper stands the whole tree with all its gradients, whatever step the page is at.

const PAPER = 690; // the width of a sheet in pixels, its margins left out

const makePrint = (model, state, stage) => {
  let before = null;
  const lay = () => {
    before ??= { step: state.step, zoom: stage.zoom };
    state.update({ step: model.steps.length - 1, playing: false });
    stage.setZoom(Math.min(stage.zoom, PAPER / stage.placed.size.width));
  };
  const putBack = () => {
    if (!before) return;
    const { step, zoom } = before;
    before = null;
    state.update({ step });
    stage.setZoom(zoom);
  };
  matchMedia('print').addEventListener('change', ({ matches }) => (matches ? lay() : putBack()));
  addEventListener('beforeprint', lay);
  addEventListener('afterprint', putBack);
};
