// How the derivative by a node is told: one product, a sum over paths, or a sum over what uses it. Pure.

const MOST_ROUTES = 8; // as many as are told path by path
const TOLD_ROUTES = 3; // as many as are written out
const TOLD_USERS = 4;

/** What is written of many, and the others: never is one alone left out. */
const firstOf = (all, most) => (all.length <= most + 1 ? [all, []] : [all.slice(0, most), all.slice(most)]);

/** How many ways of shown edges lead from each node to the output; null where not all edges on them are shown. */
const routeCounts = (model) => {
  const counts = new Map([[model.output, 1n]]);
  for (const node of [...model.nodes].reverse()) {
    if (node === model.output) continue;
    const open = node.hidden || node.value === null || node.out.length === 0;
    const parts = node.out.map((edge) => (edge.ways.length ? counts.get(edge.to) : null));
    counts.set(node, open || parts.includes(null) ? null : parts.reduce((sum, part) => sum + part, 0n));
  }
  return counts;
};

/** All ways of edges from a node to the output. */
const routesFrom = (model, node) =>
  node === model.output ? [[]] : node.out.flatMap((edge) => routesFrom(model, edge.to).map((route) => [edge, ...route]));

/**
 * How the derivative of the output by a node is told.
 *
 * `kind` is 'itself', 'none' (a constant, or several values), 'product' with `lead`, 'paths' with `routes`, or 'users':
 * the product of `lead`, up to the node `fork`, of which each of `branches` is a use, and `open` says that there are
 * others, which are not drawn.
 */
const derivationOf = (model, node) => {
  if (node === model.output) return { kind: 'itself', lead: [] };
  if (node.value === null || node.fixed) return { kind: 'none', lead: [] };
  const lead = [];
  let fork = node;
  while (fork !== model.output && fork.out.length === 1 && !fork.hidden && fork.out[0].ways.length) {
    lead.push(fork.out[0]);
    fork = fork.out[0].to;
  }
  if (fork === model.output) return { kind: 'product', lead };
  model.routeCounts ??= routeCounts(model);
  const count = model.routeCounts.get(node);
  if (count !== null && count <= MOST_ROUTES) return { kind: 'paths', lead: [], routes: routesFrom(model, node) };
  const branches = fork.out.filter((edge) => edge.ways.length > 0);
  return { kind: 'users', lead, fork, branches, open: fork.hidden || branches.length < fork.out.length };
};

/** The number in a circle of each edge that the chain rule of a node names, by the edge's id: from the node on. */
const numberedEdges = (model, node) => {
  model.numbered ??= new Map();
  if (!model.numbered.has(node)) {
    const told = derivationOf(model, node);
    const [routes] = firstOf(told.routes ?? [], TOLD_ROUTES);
    const [branches] = firstOf(told.branches ?? [], TOLD_USERS);
    const written = [told.lead, ...routes, branches].flat();
    const ids = [...new Set(written.map((edge) => edge.id))];
    model.numbered.set(node, new Map(ids.map((id, at) => [id, at + 1])));
  }
  return model.numbered.get(node);
};

/** Those edges, in order. */
const numberedWay = (model, node) => [...numberedEdges(model, node).keys()].map((id) => model.edges[id]);

/** How many paths lead from a value to the output in the whole graph, as text. */
const pathsTold = (model, value) => {
  model.paths ??= pathsToTheLast(model.graph);
  const digits = String(model.paths[value]);
  return digits.length < 15 ? digits.replace(/\B(?=(\d{3})+$)/g, ',') : `about 10^${digits.length - 1}`;
};
