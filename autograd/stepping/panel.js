// The panel beside the tree: the program, the chain rule, the step downhill; and where something is not defined.

/** The views of the panel, in the page's sections; each is drawn again when what it shows has changed. */
const makePanel = (model, state) => {
  const section = (id) => document.getElementById(id);
  const listing = makeListing(model, state, section('listing'));
  const chain = makeChain(model, state, section('chain'));
  const canMove = model.rules && movedLeaves(model).length > 0;
  const downhill = canMove ? makeDownhill(model, state, section('downhill')) : null;
  section('downhill').hidden = !canMove;
  const trouble = makeTrouble(model, state);
  section('chain').prepend(trouble.element);

  let waiting = 0;
  const later = (draw) => {
    // The curve is many passes forward: of a large graph it follows when a hand rests.
    clearTimeout(waiting);
    if (model.graph.of.length > LARGE) waiting = setTimeout(draw, PAUSE);
    else draw();
  };
  state.subscribe((before) => {
    const isNew = before.values !== state.values;
    if (isNew || before.moment !== state.moment) listing.render();
    if (isNew || before.moment !== state.moment || before.chosen !== state.chosen) chain.render();
    if (isNew) trouble.render();
    if (downhill && (isNew || before.rate !== state.rate || before.chosen !== state.chosen)) later(downhill.render);
  });
};

const MOST_OPERANDS = 3;
const PAUSE = 120; // milliseconds

/** What is said where a value is not defined: which, and of what. */
const makeTrouble = (model, state) => {
  const element = made('p', { class: 'trouble', role: 'status' });
  const render = () => {
    const [first] = undefinedAt(model.graph, state.values);
    element.replaceChildren(...(first === undefined ? [] : troubleTold(model, state, first)));
    element.hidden = first === undefined;
  };
  render();
  return { element, render };
};

/** The sentence for one value. */
const troubleTold = (model, state, value) => {
  const { graph } = model;
  if (isLeaf(graph, value)) return [made('b', {}, 'Undefined: '), 'a leaf without a number', ...nodeTold(model, value), '.'];
  const numbers = operandsOf(graph, state.values, value);
  const told = numbers.slice(0, MOST_OPERANDS).map(shown).join(', ') + (numbers.length > MOST_OPERANDS ? ', …' : '');
  const words = graph.names[graph.of[value]].replaceAll('_', ' ');
  return [made('b', {}, 'Undefined: '), `${words} of ${told}`, ...nodeTold(model, value), '. Change a number, and it goes on.'];
};

/** Where that is in the tree: the node itself, or the nearest that uses it. */
const nodeTold = (model, value) => {
  const { graph, nodeOf } = model;
  const reached = new Set([value]);
  for (let at = value; at < graph.of.length; at++) {
    for (let i = graph.offsets[at]; i < graph.offsets[at + 1]; i++) if (reached.has(graph.operands[i])) reached.add(at);
    if (reached.has(at) && nodeOf.has(at)) return [', in ', mathOf(labelSource(nodeOf.get(at).label))];
  }
  return [];
};
