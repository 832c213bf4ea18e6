// The steps of the page: every computed node forward, then every edge's share of a gradient, backward.

/** Whether a gradient is passed to a node: constants keep none. */
const takesGradient = (node) => !node.fixed;

/** All steps of a tree, in order. */
const stepsOf = (model) => {
  const computed = model.nodes.filter((node) => node.into.length > 0);
  const steps = [{ kind: 'start' }, ...computed.map((node) => ({ kind: 'forward', node }))];
  steps.push({ kind: 'seed', node: model.output });
  for (const node of [...model.nodes].reverse()) {
    // What comes along ways that no edge tells one by one is added before the gradient is used.
    if (node.hidden && takesGradient(node)) {
      steps.push({ kind: 'hidden', node, edges: node.out.filter((edge) => edge.ways.length === 0) });
    }
    for (const edge of node.into) {
      if (!takesGradient(edge.from)) continue;
      if (edge.from.value === null) steps.push({ kind: 'bundle', node: edge.from, from: node, edges: [edge] });
      else if (edge.ways.length > 0) steps.push({ kind: 'pass', node: edge.from, from: node, edge, edges: [edge] });
    }
  }
  return steps;
};

/** The edges on which something moves at a step. */
const edgesOf = (step) => step.edges ?? (step.kind === 'forward' ? step.node.into : []);

const isBackward = (step) => !['start', 'forward'].includes(step.kind);

/** The share of a gradient that goes along an edge. */
const shareOf = (edge, { gradients, partials }) => passedOn(gradients[edge.to.value], partials[edge.id]);

/** What a step adds to its node's gradient; null where that is no single number. */
const amountOf = (step, numbers) => {
  if (step.kind === 'seed') return 1;
  if (step.kind === 'pass') return shareOf(step.edge, numbers);
  if (step.kind !== 'hidden') return null;
  const told = step.node.out.filter((edge) => edge.ways.length > 0).map((edge) => shareOf(edge, numbers));
  const rest = told.reduce((sum, share) => sum - share, numbers.gradients[step.node.value]);
  const size = told.reduce((most, share) => Math.max(most, Math.abs(share)), Math.abs(numbers.gradients[step.node.value]));
  return withoutDust(rest, size);
};

/** What is known at a step: nodes with numbers, gradients so far, edges that were used. */
const momentOf = (model, numbers, at) => {
  const known = new Set(model.nodes.filter((node) => node.into.length === 0).map((node) => node.id));
  const sums = new Map();
  const terms = new Map();
  const used = new Set();
  let before = null;
  for (const [i, step] of model.steps.slice(0, at + 1).entries()) {
    if (step.kind === 'forward') known.add(step.node.id);
    if (!isBackward(step)) continue;
    for (const edge of edgesOf(step)) used.add(edge.id);
    const amount = amountOf(step, numbers);
    if (amount === null) continue;
    const sum = sums.get(step.node.id);
    if (i === at) before = sum ?? null;
    sums.set(step.node.id, sum === undefined ? amount : sum + amount);
    terms.set(step.node.id, [...(terms.get(step.node.id) ?? []), amount]);
  }
  return { step: model.steps[at], at, known, sums, terms, used, before };
};
