// What Python gave, read: nodes and edges that know each other, and the graph behind them.

/** The page's data with nodes and edges linked: `into` and `out` of a node are edges. */
const readModel = (data) => {
  const graph = decode(data.graph);
  const nodes = data.nodes.map((node) => ({ ...node, into: [], out: [] }));
  const edges = data.edges.map((edge, id) => ({ ...edge, id, from: nodes[edge.from], to: nodes[edge.to] }));
  for (const edge of edges) {
    edge.to.into.push(edge);
    edge.from.out.push(edge);
  }
  const nodeOf = new Map(nodes.filter((node) => node.value !== null).map((node) => [node.value, node]));
  const model = { ...data, graph, nodes, edges, output: nodes[nodes.length - 1], nodeOf };
  // A constant without a name is told by its number.
  const nameless = (value) => (isLeaf(graph, value) ? { base: shown(graph.numbers[value]), sup: '', sub: '' } : { base: 'v', sup: '', sub: String(value) });
  model.labelOf = (value) => [nodeOf.get(value)?.label, data.names[value]].find((label) => label?.base) ?? nameless(value);
  model.steps = stepsOf(model);
  model.turn = model.steps.findIndex((step) => step.kind === 'seed');
  return model;
};

/** The edges from a node to the output where they are the only way, else null. */
const onlyWay = (model, node) => {
  const way = [];
  for (let at = node; at !== model.output; at = way[way.length - 1].to) {
    if (at.out.length !== 1 || at.hidden || at.out[0].ways.length === 0) return null;
    way.push(at.out[0]);
  }
  return way;
};

/** The node that the page is about at first: where a path starts, else the parameter with the longest only way. */
const firstChosen = (model) => {
  if (model.start !== null) return model.nodes[model.start];
  const leaves = model.nodes.filter((node) => node.leaf && node.value !== null && !node.fixed);
  const parameters = leaves.filter((node) => node.kind === 'parameter');
  const ways = parameters.map((node) => onlyWay(model, node)?.length ?? 0);
  return parameters[ways.indexOf(Math.max(...ways))] ?? leaves[0] ?? model.output;
};
