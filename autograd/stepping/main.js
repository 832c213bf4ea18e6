// The page is put together: one model, one state, and views that are told of its changes.

const find = (selector) => document.querySelector(selector);

/** What the page is about: the output as a formula where there is room for it. */
const makeHead = (model, box) => {
  const kind = model.nodes.some((node) => node.label.sup) ? 'a network' : 'a graph';
  const size = model.graph.of.length;
  const count = `${kind} of ${size === 1 ? 'one value' : `${size.toLocaleString('en')} values`}`;
  const told = [...(model.formula ? [mathOf(`${labelSource(model.output.label)}<mo>=</mo>${inSymbols(model.formula, model.labelOf)}`)] : []), count, ''];
  const fit = () => {
    for (const one of told) {
      box.replaceChildren(one);
      box.classList.toggle('absent', one === '');
      if (box.scrollWidth <= box.clientWidth + 1) break;
    }
  };
  new ResizeObserver(fit).observe(box.parentElement);
  fit();
};

const model = readModel(dataOf('model'));
const state = makeState(model);

document.title = model.title;
find('.head .file').textContent = model.file || 'your program';
makeHead(model, find('.head .what'));
find('.note').hidden = !model.note.length;
find('.note').textContent = model.note.join(' ');

const stage = makeStage(model, state, find('.stage'));
makeZoom(stage, find('.stage'));
makeLegend(model, find('.legend'));
makeKeyboard(model, state);
const sentence = makeSentence(model, state, find('.sentence'), find('#told'));
const transport = makeTransport(model, state, find('.transport'));
makeLeaves(model, state, stage);
makePanel(model, state);
makePrint(model, state, stage);
const views = [stage, sentence, transport, transport.track];

state.subscribe((before) => {
  for (const view of views) view.render(before);
  if (before.step !== state.step) {
    stage.follow();
    stage.pulse();
  }
});
for (const view of views) view.render();
