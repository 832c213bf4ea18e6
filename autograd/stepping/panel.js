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

  let waiting = false;
  const later = (draw) => {
    // The curve is many passes forward: once a frame is enough, however many events come.
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
  state.subscribe((before) => {
    const isNew = before.values !== state.values;
    if (isNew || before.moment !== state.moment) listing.render();
    if (isNew || before.moment !== state.moment || before.chosen !== state.chosen) chain.render();
    if (isNew) trouble.render();
    if (downhill && (isNew || before.rate !== state.rate || before.chosen !== state.chosen)) later(downhill.render);
  });
};

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
  const operation = model.graph.names[graph.of[value]] ?? 'the number';
  const operands = operandsOf(graph, state.values, value).slice(0, TOLD_PARAMETERS);
  const ends = 'Drag a number back; all else goes on.';
  return [made('b', {}, 'Undefined: '), `${operation} of ${operands.map(shown).join(', ')}`, ...nodeTold(model, value), `. ${ends}`];
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
