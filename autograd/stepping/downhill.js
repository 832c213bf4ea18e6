// One step of gradient descent: the cost after it over the learning rate, and what the slope alone would have.

const SAMPLES = 60;
const FEW_SAMPLES = 24; // of a graph that takes long
const LARGE = 3000; // values
const TOLD_PARAMETERS = 3;
const PLOT = { height: 112, left: 6, right: 8, top: 10, bottom: 4 };

/** The leaves that a step moves: the parameters; where the graph has none, all leaves that can be changed. */
const movedLeaves = (model) => {
  const { graph } = model;
  const all = [...graph.of.keys()];
  const parameters = all.filter((value) => graph.of[value] === PARAMETER);
  if (parameters.length) return parameters;
  return model.nodes.filter((node) => node.leaf && !node.fixed && node.value !== null).map((node) => node.value);
};

/** The numbers after a step of a learning rate. */
const afterStep = (state, moved, rate) => {
  const numbers = Float64Array.from(state.numbers);
  for (const value of moved) numbers[value] -= rate * state.gradients[value];
  return numbers;
};

/** The output after a step. */
const costAfter = (model, state, moved, rate) => forward(model.graph, afterStep(state, moved, rate)).at(-1);

/** How fast the output falls at first: the sum of the squares of the slopes. */
const slopeOf = (state, moved) => moved.reduce((sum, value) => sum + state.gradients[value] ** 2, 0);

/** The number 1, 2 or 5 times a power of ten that is next above another. */
const roundAbove = (size) => {
  const power = 10 ** Math.floor(Math.log10(size));
  return Number(([1, 2, 5, 10].find((digit) => digit * power >= size * (1 - 1e-9)) * power).toPrecision(1));
};

/** The learning rate at which the slope alone would have brought the output to 0; 1 where there is no slope. */
const fullReach = (cost, slope) => {
  const reach = (Math.abs(cost) || 1) / slope;
  return reach > 0 && Number.isFinite(reach) ? reach : 1;
};

/** The learning rates that are shown, from 0 to this. */
const rangeFor = (cost, slope, rate) => Math.max(roundAbove(fullReach(cost, slope) * 1.6), rate > 0 ? roundAbove(rate) : 0);

/** A learning rate to begin with. */
const firstRate = (cost, slope) => roundAbove(fullReach(cost, slope) / 6);

/** The curve: rates, the costs after a step of each. */
const costCurve = (model, state, moved, range) => {
  const count = model.graph.of.length > LARGE ? FEW_SAMPLES : SAMPLES;
  const rates = Array.from({ length: count + 1 }, (_, i) => (i / count) * range);
  return { rates, costs: rates.map((rate) => costAfter(model, state, moved, rate)) };
};

/** From which to which cost the picture goes: a curve that shoots up is cut. */
const heightsOf = (costs, cost) => {
  const finite = costs.filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const most = Math.max(cost, ...finite);
  const high = Math.min(most, cost + 2 * (cost - low) || 1);
  return { low, high: high > low ? high + (high - low) * 0.08 : low + 1 };
};

/** Whether the curve ends high, where the words beside it would stand. */
const isHighAtTheEnd = (costs, cost) => {
  const { low, high } = heightsOf(costs, cost);
  return costs.slice(Math.floor(costs.length / 2)).some((c) => c > low + 0.6 * (high - low));
};

/** The view of the step down, in an element of the page. */
const makeDownhill = (model, state, element) => {
  const moved = movedLeaves(model);
  const slope = () => slopeOf(state, moved);
  const cost = () => state.values[state.values.length - 1];
  state.rate = firstRate(cost(), slope());
  let range = rangeFor(cost(), slope(), state.rate);
  let steps = 0;

  const parts = downhillParts(model);
  element.append(...parts.all);
  element.setAttribute('aria-label', 'One step downhill');
  const setRate = (rate) => state.update({ rate: Math.max(0, rate) });
  const tellRate = makeDraggable(parts.rate, { name: 'learning rate', read: () => state.rate, write: setRate, least: 0 });
  dragAlong(parts.plot, (share) => setRate(Number((share * range).toPrecision(2))));
  parts.take.addEventListener('click', () => {
    const before = cost();
    steps += 1;
    state.update({ numbers: afterStep(state, moved, state.rate) });
    parts.told.textContent = `Step ${steps}: ${labelText(model.output.label)} ${shown(before)} → ${shown(cost())}.`;
  });
  parts.reset.addEventListener('click', () => {
    steps = 0;
    state.update({ numbers: Float64Array.from(model.graph.numbers) });
    parts.told.textContent = "The program's numbers.";
    parts.take.focus();
  });

  let seen = {};
  const render = () => {
    const known = rangeFor(cost(), slope(), state.rate);
    // The axis stays while numbers are dragged, until it is far from what fits.
    if (known > range || known < range / 8) range = known;
    if (seen.values !== state.values || seen.range !== range) {
      seen = { values: state.values, range, curve: costCurve(model, state, moved, range) };
      parts.reset.hidden = model.graph.numbers.every((number, value) => Object.is(number, state.numbers[value]));
      parts.hint.hidden = !parts.reset.hidden;
    }
    const after = afterStep(state, moved, state.rate);
    const next = forward(model.graph, after).at(-1);
    parts.key.classList.toggle('low', isHighAtTheEnd(seen.curve.costs, cost()));
    drawPlot(parts.plot, seen.curve, { cost: cost(), next, rate: state.rate, range, slope: slope() });
    tellMoves(parts.moves, model, state, moved, after, next);
    parts.rate.textContent = shown(state.rate);
    parts.take.disabled = !Number.isFinite(next);
    tellRate();
  };
  render();
  new ResizeObserver(render).observe(parts.plot);
  return { render };
};

/** The elements of the view. */
const downhillParts = (model) => {
  const parts = {
    hint: made('span', { class: 'hint' }, mathOf(labelSource(model.output.label)), ' by learning rate'),
    reset: made('button', { class: 'action quiet', type: 'button', title: "Back to the program's numbers" }, 'Start again'),
    plot: drawn('svg', { class: 'plot', role: 'img', height: PLOT.height }),
    key: made('div', { class: 'key', 'aria-hidden': 'true' }, made('span', {}, 'what happens'), made('span', {}, 'what the slope says')),
    moves: made('div', { class: 'moves' }),
    rate: made('span', { class: 'number' }),
    take: made('button', { class: 'action', type: 'button' }, 'Take the step'),
    told: made('div', { class: 'unseen', role: 'status' }),
  };
  parts.all = [
    made('div', { class: 'title' }, made('h2', {}, 'One step downhill'), parts.hint, parts.reset),
    made('div', { class: 'picture' }, parts.plot, parts.key),
    parts.moves,
    made('div', { class: 'down' }, made('span', { class: 'rate' }, 'learning rate ', mathOf('<mi>η</mi>'), ' = ', parts.rate), parts.take),
    parts.told,
  ];
  return parts;
};

/** A pointer along the picture: `follow(share)` is told how far it is, from 0 to 1. */
const dragAlong = (plot, follow) => {
  const tell = (event) => {
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left - PLOT.left) / (box.width - PLOT.left - PLOT.right);
    follow(Math.min(1, Math.max(0, share)));
  };
  plot.addEventListener('pointerdown', (event) => {
    plot.setPointerCapture(event.pointerId);
    tell(event);
  });
  plot.addEventListener('pointermove', (event) => plot.hasPointerCapture(event.pointerId) && tell(event));
};

/** The picture: what happens, what the slope says, where the learning rate is. */
const drawPlot = (plot, curve, { cost, next, rate, range, slope }) => {
  const { height, left, right, top, bottom } = PLOT;
  const width = plot.clientWidth;
  plot.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const { low, high } = heightsOf(curve.costs, cost);
  const x = (at) => (left + (at / range) * (width - left - right)).toFixed(1);
  const share = (at) => (Math.min(Math.max(at, low), high) - low) / (high - low);
  const y = (at) => (height - bottom - share(at) * (height - top - bottom)).toFixed(1);
  const isThere = curve.costs.map(Number.isFinite); // where it is not, the curve is broken
  const pieces = curve.costs.map((at, i) => (isThere[i] ? `${isThere[i - 1] ? 'L' : 'M'}${x(curve.rates[i])} ${y(at)}` : ''));
  const end = slope > 0 ? Math.min(range, (cost - low) / slope) : range;
  const axis = height - bottom;
  const isKnown = Number.isFinite(cost) && Number.isFinite(slope);
  plot.replaceChildren(
    drawn('path', { class: 'axes', d: `M${left} 4V${axis}H${width}` }),
    ...(isKnown ? [drawn('path', { class: 'predicted', d: `M${x(0)} ${y(cost)}L${x(end)} ${y(cost - end * slope)}` })] : []),
    drawn('path', { class: 'curve', d: pieces.join('') }),
    ...(Number.isFinite(next) ? [
      drawn('path', { class: 'plumb', d: `M${x(rate)} ${y(next)}V${axis}` }),
      ...(isKnown ? [drawn('circle', { class: 'here', cx: x(0), cy: y(cost), r: 4.5 })] : []),
      drawn('circle', { class: 'there', cx: x(rate), cy: y(next), r: 7.5 }),
    ] : []),
  );
  const told = `${shown(cost)} at 0, ${shown(next)} at ${shown(rate)}`;
  plot.setAttribute('aria-label', `The output after the step, by learning rate: ${told}.`);
};

/** The output and some parameters before and after; the chosen one first. */
const tellMoves = (element, model, state, moved, after, next) => {
  const move = (label, before, then, kind) => made(
    'span', { class: kind }, mathOf(labelSource(label)), ' ', numeral(before), ' → ', made('b', {}, numeral(then)));
  const among = new Set(moved.filter((value) => value !== model.output.value)); // which is told anyway
  const told = model.nodes.filter((node) => among.has(node.value));
  if (among.has(state.chosen.value)) told.unshift(...told.splice(told.indexOf(state.chosen), 1));
  const few = told.slice(0, told.length > TOLD_PARAMETERS + 1 ? 1 : TOLD_PARAMETERS + 1);
  const left = among.size - few.length;
  element.replaceChildren(
    move(model.output.label, state.values[state.values.length - 1], next, 'output'),
    ...few.map((node) => move(node.label, state.values[node.value], after[node.value], 'parameter')),
    ...(left > 0 ? [made('span', { class: 'others' }, `+ ${left.toLocaleString('en')} more`)] : []),
  );
};
