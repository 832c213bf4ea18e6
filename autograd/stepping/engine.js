// The engine in the page: a graph's numbers forward and its gradients back, by the rules of Python's table (RULES).
// Everything is a function of its arguments; nothing here knows the document.

/** The graph that Python packed: typed arrays, and the rules of its primitives; those of one's own may be missing. */
const decode = (packed) => {
  const of = unpacked(packed.of, Int16Array);
  const offsets = offsetsOf(of, unpacked(packed.counts, Int32Array));
  return {
    names: packed.primitives,
    rules: packed.primitives.map((name) => RULES[name]),
    of,
    offsets,
    operands: unrolled(unpacked(packed.operands, Int32Array), offsets[of.length]),
    numbers: unpacked(packed.numbers, Float64Array),
    partials: packed.partials ? unpacked(packed.partials, Float64Array) : null, // where rules are missing
    drawers: new Map(), // arrays of operands by their length, used again and again: no rule keeps what it was given
  };
};

/** Where the operands of each value begin; `counts` has how many those have that were computed. */
const offsetsOf = (of, counts) => {
  const offsets = new Int32Array(of.length + 1);
  let computed = 0;
  for (let value = 0; value < of.length; value++) offsets[value + 1] = offsets[value] + (of[value] < 0 ? 0 : counts[computed++]);
  return offsets;
};

/** Whole numbers, of which -n says that n more follow the last one by one. */
const unrolled = (told, count) => {
  const numbers = new Int32Array(count);
  let at = 0;
  for (const number of told) {
    if (number >= 0) numbers[at++] = number;
    else for (let more = 0; more < -number; more++, at++) numbers[at] = numbers[at - 1] + 1;
  }
  return numbers;
};

const PARAMETER = -2; // in place of a primitive; another leaf has -1

const sizeOf = (graph) => graph.of.length;
const isLeaf = (graph, value) => graph.of[value] < 0;

/** Whether everything can be computed again: the page has the rule of every operation. */
const isWhole = (graph) => graph.rules.every(Boolean);

/** The numbers of a value's operands, for a rule: valid until the next call. */
const operandsOf = (graph, values, value) => {
  const start = graph.offsets[value];
  const count = graph.offsets[value + 1] - start;
  let drawer = graph.drawers.get(count);
  if (!drawer) graph.drawers.set(count, (drawer = new Array(count).fill(0)));
  for (let i = 0; i < count; i++) drawer[i] = values[graph.operands[start + i]];
  return drawer;
};

/** The derivative of a value by its operand at a position; `numbers` are its operands'. */
const localPartial = (graph, values, value, position, numbers) =>
  graph.partials
    ? graph.partials[graph.offsets[value] + position]
    : graph.rules[graph.of[value]].partial(position, values[value], numbers);

/** Every value's number where the leaves have those of `numbers`; NaN behind what is not defined. */
const forward = (graph, numbers) => {
  const values = Float64Array.from(numbers);
  if (!isWhole(graph)) return values;
  for (let value = 0; value < values.length; value++) {
    if (!isLeaf(graph, value)) values[value] = graph.rules[graph.of[value]].rule(operandsOf(graph, values, value));
  }
  return values;
};

/** The derivative of the last value by every value, in the order of additions of Python's reverse pass. */
const backward = (graph, values) => {
  const gradients = new Float64Array(values.length);
  gradients[values.length - 1] = 1;
  for (let value = values.length - 1; value >= 0; value--) {
    const gradient = gradients[value];
    if (gradient === 0 || isLeaf(graph, value)) continue; // as `passedOn`: no partial is looked at where nothing comes
    const numbers = operandsOf(graph, values, value);
    const start = graph.offsets[value];
    for (let i = 0; i < numbers.length; i++) {
      gradients[graph.operands[start + i]] += gradient * localPartial(graph, values, value, i, numbers);
    }
  }
  return gradients;
};

/** What comes back along a partial: nothing comes through a 0, even where the partial is infinite. */
const passedOn = (gradient, partial) => (gradient === 0 ? 0 : gradient * partial);

/** A difference without what rounding leaves of equal numbers of a size. */
const withoutDust = (difference, size) => (Math.abs(difference) <= Math.abs(size) * 1e-13 ? 0 : difference);

/** An edge's derivative: the products of the local partials along its ways, added. */
const partialOf = (graph, values, ways) => {
  let sum = 0;
  for (const way of ways) {
    let product = 1;
    for (const [value, position] of way) {
      product *= localPartial(graph, values, value, position, operandsOf(graph, values, value));
    }
    sum += product;
  }
  return sum;
};

/** How many paths lead from each value to the last, counted and not walked: BigInts, for there may be very many. */
const pathsToTheLast = (graph) => {
  const counts = new Array(sizeOf(graph)).fill(0n);
  counts[sizeOf(graph) - 1] = 1n;
  for (let value = sizeOf(graph) - 1; value >= 0; value--) {
    for (let at = graph.offsets[value]; at < graph.offsets[value + 1]; at++) counts[graph.operands[at]] += counts[value];
  }
  return counts;
};

/** How often each value is an operand. */
const usesOf = (graph) => {
  const uses = new Int32Array(sizeOf(graph));
  for (const operand of graph.operands) uses[operand] += 1;
  return uses;
};

/** The first values that are not defined though all their operands are: where to say so. */
const undefinedAt = (graph, values) => {
  const found = [];
  for (let value = 0; value < values.length; value++) {
    if (!Number.isNaN(values[value])) continue;
    let inherited = false;
    for (let at = graph.offsets[value]; at < graph.offsets[value + 1]; at++) inherited ||= Number.isNaN(values[graph.operands[at]]);
    if (!inherited) found.push(value);
  }
  return found;
};
