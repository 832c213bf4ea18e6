// The page is put together: one model, one state, and views that are told of its changes.

const find = (selector) => document.querySelector(selector);

const model = readModel(dataOf('model'));
const state = makeState(model);

document.title = model.title;
find('.head .file').textContent = model.file || model.title;
if (model.formula) find('.head .what').append(mathOf(`${labelSource(model.output.label)}<mo>=</mo>${inSymbols(model.formula, model.labelOf)}`));
else find('.head .what').textContent = `${model.graph.of.length.toLocaleString('en')} values, step by step`;
find('.note').hidden = !model.note.length;
find('.note').textContent = model.note.join(' ');

const stage = makeStage(model, state, find('.stage'));
makeZoom(stage, find('.stage'));
makeLegend(model, find('.legend'));
makeKeyboard(model, state);
const sentence = makeSentence(model, state, find('.sentence'), find('#told'));
const transport = makeTransport(model, state, find('.transport'));
const views = [stage, sentence, transport, transport.track];

state.subscribe((before) => {
  for (const view of views) view.render(before);
  if (before.step !== state.step) {
    stage.follow();
    stage.pulse();
  }
});
for (const view of views) view.render();
