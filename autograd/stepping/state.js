// The one state of the page. Views read it, and are told when it changed.

/** What follows from leaves' numbers: all values, all gradients, the partials of the edges. */
const computed = (model, numbers) => {
  const values = model.rules ? forward(model.graph, numbers) : numbers;
  const gradients = backward(model.graph, values);
  const partials = model.edges.map((edge) => (edge.ways.length ? partialOf(model.graph, values, edge.ways) : NaN));
  return { numbers, values, gradients, partials };
};

/**
 * The state: `numbers` (of leaves, by value), and what follows from them; `step`; `chosen`, a node; `speed`; `playing`;
 * `rate`, of learning; `moment`, what is known at the step. `update` changes it and tells those who `subscribe`.
 */
const makeState = (model) => {
  const listeners = [];
  const state = {
    ...computed(model, Float64Array.from(model.graph.numbers)),
    step: 0,
    chosen: firstChosen(model),
    speed: 1,
    playing: false,
    rate: 1,
  };
  state.moment = momentOf(model, state, state.step);

  /** Changes, such as {step: 3}; the listeners are given the state before. */
  state.update = (changes) => {
    const before = { ...state };
    Object.assign(state, changes);
    if (changes.numbers) Object.assign(state, computed(model, changes.numbers));
    state.step = Math.max(0, Math.min(model.steps.length - 1, state.step));
    if (changes.numbers || state.step !== before.step) state.moment = momentOf(model, state, state.step);
    for (const listener of listeners) listener(before);
  };

  /** Leaves' numbers by value, such as new Map([[3, 0.5]]). */
  state.setNumbers = (changed) => {
    const numbers = Float64Array.from(state.numbers);
    for (const [value, number] of changed) numbers[value] = number;
    state.update({ numbers });
  };

  state.go = (step) => state.update({ step });
  state.subscribe = (listener) => listeners.push(listener);
  return state;
};
