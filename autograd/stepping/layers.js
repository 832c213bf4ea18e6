// Where nodes stand: layers along one axis, an order and places across it. Pure: numbers in, numbers out.

/** The layer of each node: leaves beside what uses them, all else as far as its longest way from a leaf. */
const ranksOf = (nodes) => {
  const ranks = new Map();
  for (const node of nodes) {
    ranks.set(node, node.into.reduce((most, edge) => Math.max(most, ranks.get(edge.from) + 1), 0));
  }
  for (const node of [...nodes].reverse()) {
    const onLeaves = node.into.every((edge) => edge.from.into.length === 0);
    if (node.out.length && onLeaves) ranks.set(node, Math.min(...node.out.map((edge) => ranks.get(edge.to))) - 1);
  }
  const first = Math.min(...ranks.values());
  for (const node of nodes) ranks.set(node, ranks.get(node) - first);
  return ranks;
};

const [SPINE, PASSING] = [40, 3];

/** Whether an edge comes from the only operand that was computed, as that from z to a: it is drawn straight. */
const isSpine = (edge) => edge.from.into.length > 0 && edge.to.into.filter(({ from }) => from.into.length > 0).length === 1;

/** Cells in layers: one for each node, and one wherever an edge passes a layer; linked by `before` and `after`. */
const cellsOf = (nodes, edges) => {
  const ranks = ranksOf(nodes);
  const cells = new Map(nodes.map((node) => [node, { node, rank: ranks.get(node), before: [], after: [] }]));
  const passing = new Map();
  const passingAt = (edge, rank) => {
    // Edges from one node that pass a layer share their line there, and part where they arrive.
    const key = `${edge.from.id} ${rank}`;
    if (!passing.has(key)) passing.set(key, { node: null, rank, before: [], after: [] });
    return passing.get(key);
  };
  const routes = edges.map((edge) => {
    const route = [cells.get(edge.from)];
    for (let rank = ranks.get(edge.from) + 1; rank < ranks.get(edge.to); rank++) route.push(passingAt(edge, rank));
    route.push(cells.get(edge.to));
    // Operands stand in their order; `port` is where among those of its user an edge arrives.
    const port = edge.to.into.length > 1 ? edge.to.into.indexOf(edge) / (edge.to.into.length - 1) - 0.5 : 0;
    const pull = isSpine(edge) ? SPINE : route.length > 2 ? PASSING : 1;
    for (let i = 1; i < route.length; i++) {
      const [from, to] = [route[i - 1], route[i]];
      if (!to.node && from.after.some(({ cell }) => cell === to)) continue; // the shared line is there already
      from.after.push({ cell: to, port, pull });
      to.before.push({ cell: from, port, pull });
    }
    return route;
  });
  return { cells: [...cells.values(), ...passing.values()], cellOf: cells, routes };
};

const PORTS = 0.4;

/** The cells of each layer, in an order in which few edges cross. */
const orderedLayers = ({ cells, cellOf }, output) => {
  const layers = [];
  const seen = new Set();
  const waiting = [cellOf.get(output)];
  while (waiting.length) {
    // Depth first, operands in turn: a tree is drawn without a crossing.
    const cell = waiting.pop();
    if (seen.has(cell)) continue;
    seen.add(cell);
    (layers[cell.rank] ??= []).push(cell);
    waiting.push(...cell.before.map(({ cell: other }) => other).reverse());
  }
  for (const cell of cells) if (!seen.has(cell)) (layers[cell.rank] ??= []).push(cell);
  const number = () => layers.forEach((layer) => layer.forEach((cell, at) => (cell.at = at)));
  number();
  let best = { crossings: Infinity };
  for (let sweep = 0; sweep < 9; sweep++) {
    const crossings = crossingsOf(layers);
    if (crossings < best.crossings) best = { crossings, layers: layers.map((layer) => [...layer]) };
    const side = sweep % 2 ? 'before' : 'after';
    for (const layer of sweep % 2 ? layers : [...layers].reverse()) {
      for (const cell of layer) {
        const others = cell[side];
        const ports = side === 'after' ? PORTS : 0;
        cell.wish = others.length
          ? others.reduce((sum, { cell: other, port }) => sum + other.at + port * ports, 0) / others.length
          : cell.at;
      }
      layer.sort((a, b) => a.wish - b.wish || a.at - b.at);
      sortSubscripts(layer);
      layer.forEach((cell, at) => (cell.at = at));
    }
  }
  layers.forEach((layer, rank) => layer.splice(0, layer.length, ...best.layers[rank]));
  number();
  return layers;
};

/** Labels of one letter stand in the order of their subscripts, in the places that they have together. */
const sortSubscripts = (layer) => {
  const groups = new Map();
  layer.forEach(({ node }, at) => {
    if (!node?.label.sub) return;
    const key = [node.label.base, node.label.sup, node.kind].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), at]);
  });
  for (const places of groups.values()) {
    const sorted = places.map((at) => layer[at]).sort((a, b) => a.node.label.sub.localeCompare(b.node.label.sub, 'en', { numeric: true }));
    places.forEach((at, i) => (layer[at] = sorted[i]));
  }
};

/** How many pairs of edges between neighbouring layers cross. */
const crossingsOf = (layers) => {
  let crossings = 0;
  for (const layer of layers) {
    const ends = layer.flatMap((cell) => cell.after.map(({ cell: other }) => [cell.at, other.at]));
    for (let i = 0; i < ends.length; i++) {
      for (let j = i + 1; j < ends.length; j++) if ((ends[i][0] - ends[j][0]) * (ends[i][1] - ends[j][1]) < 0) crossings++;
    }
  }
  return crossings;
};

/** Places as near to wishes as their distances allow, in order: pooled until none is too near (least squares). */
const spaced = (wishes, weights, gaps) => {
  let shift = 0;
  const shifts = gaps.map((gap) => (shift += gap));
  const pools = [];
  wishes.forEach((wish, i) => {
    let pool = { sum: (wish - shifts[i]) * weights[i], weight: weights[i], count: 1 };
    while (pools.length && pools.at(-1).sum / pools.at(-1).weight >= pool.sum / pool.weight) {
      const last = pools.pop();
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count };
    }
    pools.push(pool);
  });
  return pools.flatMap((pool) => new Array(pool.count).fill(pool.sum / pool.weight)).map((place, i) => place + shifts[i]);
};

/** Set `across` of every cell: near the cells that it is joined to, and `gap` from its neighbours. */
const placeAcross = (layers, gapBetween) => {
  for (const layer of layers) {
    let place = 0;
    layer.forEach((cell, i) => (cell.across = place += i ? gapBetween(layer[i - 1], cell) : 0));
    for (const cell of layer) cell.across -= place / 2;
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 ? layers : [...layers].reverse()) {
      const late = sweep >= SWEEPS / 2;
      const wishes = layer.map((cell) => wishOf(cell, late));
      const weights = layer.map((cell) => (isInner(cell) ? (late ? SPINE : 4) * SPINE : 1));
      const gaps = layer.map((cell, i) => (i ? gapBetween(layer[i - 1], cell) : 0));
      spaced(wishes, weights, gaps).forEach((place, i) => (layer[i].across = place));
    }
  }
};

const SWEEPS = 60;

const isInner = (cell) => !cell.node || cell.node.into.length > 0;

/** Where a cell would stand by those that it is joined to; in the end leaves do not bend a line that is straight. */
const wishOf = (cell, late) => {
  let [sum, weight] = [0, 0];
  const ends = late && cell.before.some(({ pull }) => pull === SPINE);
  for (const { cell: other, pull } of [...cell.before, ...cell.after]) {
    const own = ends && !isInner(other) ? 0 : pull;
    sum += own * other.across;
    weight += own;
  }
  return weight ? sum / weight : cell.across;
};

const STRETCH = 1;
const MOST_TIERS = 4;
const TIER_ROOM = 24; // between leaves side by side, for the lines from those behind

const standsAlone = (cell) => isInner(cell) || cell.node.kind === 'block';

/** Leaves of a layer that has no room for them stand in several tiers, one behind the other; returns their number. */
const setTiers = (layer, breadthOf, room, across) => {
  const leaves = layer.filter((cell) => !standsAlone(cell));
  const breadth = layer.reduce((sum, cell) => sum + breadthOf(cell) + room, 0);
  const ofLeaves = leaves.reduce((sum, cell) => sum + breadthOf(cell) + TIER_ROOM, 0);
  const others = layer.filter(standsAlone).reduce((sum, cell) => sum + breadthOf(cell) + room, 0);
  const needed = breadth <= across || leaves.length < 3 ? 1 : Math.ceil(ofLeaves / Math.max(across - others, across / 3));
  const tiers = Math.max(1, Math.min(MOST_TIERS, needed, leaves.length));
  layer.forEach((cell) => (cell.tier = 0));
  leaves.forEach((cell, i) => (cell.tier = i % tiers));
  return tiers;
};

/**
 * A tree laid out.
 *
 * `sizes` has for each node {along, low, high}: its size, and how far it reaches to both sides across. `roomAlong` is the
 * distance between layers, `roomAcross` between neighbours; `fill` {along, across, most} the room that there is to be
 * taken, and how much of it between two layers; `tiered` says whether leaves may stand behind one another. Returns the
 * extent, and where each node and each edge's bends are.
 */
const layoutOf = (model, sizes, { roomAlong, roomAcross, fill, tiered = false }) => {
  const graph = cellsOf(model.nodes, model.edges);
  const layers = orderedLayers(graph, model.output);
  const side = (cell, name) => (cell.node ? sizes.get(cell.node)[name] : roomAcross * 0.3);
  const breadth = (cell) => side(cell, 'low') + side(cell, 'high');
  const tiers = layers.map((layer) => setTiers(layer, breadth, roomAcross, tiered ? fill.across : Infinity));
  let room = roomAcross;
  const gap = (a, b) => {
    const full = side(a, 'high') + side(b, 'low');
    if (a.tier === b.tier) return full + room;
    return standsAlone(a) || standsAlone(b) ? 0.75 * full + room : (full + TIER_ROOM) / tiers[a.rank];
  };
  const extent = () => {
    const cells = layers.flat();
    const low = Math.min(...cells.map((cell) => cell.across - side(cell, 'low')));
    return [low, Math.max(...cells.map((cell) => cell.across + side(cell, 'high')))];
  };
  placeAcross(layers, gap);
  let [low, high] = extent();
  if (high - low < fill.across) {
    // A tree that is smaller than its stage takes the room that there is, up to some times its own.
    const most = Math.max(...layers.map((layer) => layer.length));
    const free = Math.min(fill.across - (high - low), (high - low) * STRETCH);
    room += free / Math.max(2, most - 1);
    placeAcross(layers, gap);
    [low, high] = extent();
  }
  return { ...placesAlong({ layers, sizes, tiers, roomAlong, fill, low, graph }), across: high - low };
};

/** Where layers stand one after the other, and by that the place of everything. */
const placesAlong = ({ layers, sizes, tiers, roomAlong, fill, low, graph }) => {
  const deepest = (cells) => Math.max(0, ...cells.map((cell) => (cell.node ? sizes.get(cell.node).along : 0)));
  const apart = layers.map((layer) => deepest(layer.filter((cell) => !isInner(cell))) + TIER_ROOM / 2);
  const along = [];
  let at = 0;
  layers.forEach((layer, rank) => {
    const deep = deepest(layer);
    at += (rank ? roomAlong : 0) + (tiers[rank] - 1) * apart[rank] + deep / 2;
    along.push(at);
    at += deep / 2;
  });
  const free = layers.length > 1 ? (fill.along - at) / (layers.length - 1) : 0;
  const stretch = Math.max(0, Math.min(free, fill.most));
  const place = (cell) => ({ along: along[cell.rank] + stretch * cell.rank - (cell.tier ?? 0) * apart[cell.rank], across: cell.across - low });
  return {
    along: at + stretch * (layers.length - 1),
    nodes: new Map([...graph.cellOf].map(([node, cell]) => [node, place(cell)])),
    bends: graph.routes.map((route) => route.slice(1, -1).map(place)),
  };
};
