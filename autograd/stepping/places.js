// A free place for what is written beside an edge: on its line if that hides nothing, else near it.

const overlap = (a, b) =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const boxAt = ({ x, y }, { width, height }) => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

const holds = (box, { x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom;

const ANCHORS = [0.5, 0.4, 0.6, 0.3, 0.7];
const [LONG, NEAR] = [560, 200];

/** Where on a curve a label may belong: about the middle, of a long one near its start, which is looked at. */
const anchorsOf = (curve) => {
  const length = Math.hypot(curve.at(-1)[3].x - curve[0][0].x, curve.at(-1)[3].y - curve[0][0].y);
  return length < LONG ? ANCHORS : ANCHORS.map((at) => (at * 2 * NEAR) / length);
};

/** All that a box of some size beside some points may cover. */
const reachedFrom = (line, reach, size) => {
  const [xs, ys] = [line.map(({ x }) => x), line.map(({ y }) => y)];
  const [wide, high] = [reach[0] + size.width / 2, reach[1] + size.height / 2];
  return { left: Math.min(...xs) - wide, right: Math.max(...xs) + wide, top: Math.min(...ys) - high, bottom: Math.max(...ys) + high };
};

/** How far from a line a box may stand, the nearest first: what is further is soon worse than what was found. */
const offsetsWithin = ([across, down]) => {
  const key = `${across} ${down}`;
  if (!offsets.has(key)) {
    const found = [];
    for (let dx = -across; dx <= across; dx += 10) for (let dy = -down; dy <= down; dy += 6) found.push([dx, dy]);
    offsets.set(key, found.sort((a, b) => Math.hypot(...a) - Math.hypot(...b)));
  }
  return offsets.get(key);
};
const offsets = new Map();

/**
 * The best place for a box of some size by a curve: {x, y, anchor, onLine}.
 *
 * `obstacles` are boxes that must not be hidden; `wires` points of other lines, which may be if need be; `within` is the
 * box that all must stay in. `reach` is how far from the line it may stand, [across, down].
 */
const freePlace = (curve, size, { obstacles: boxes, wires: points, within, reach = [170, 102] }) => {
  const line = Array.from({ length: 21 }, (_, i) => pointOn(curve, i / 20));
  const anchors = anchorsOf(curve);
  const around = reachedFrom(anchors.map((at) => pointOn(curve, at)), reach, size);
  const obstacles = boxes.filter((box) => overlap(box, around) > 0);
  const wires = points.filter((point) => holds(around, point));
  const ends = [line[0], line[20]].map((end) => boxAt(end, { width: 24, height: 24 }));
  let best = { cost: Infinity };
  for (const [turn, at] of anchors.entries()) {
    const anchor = pointOn(curve, at);
    for (const [dx, dy] of offsetsWithin(reach)) {
      const onLine = dx === 0 && dy === 0;
      let cost = Math.hypot(dx, dy) * 0.9 + (onLine ? 0 : 14) + turn;
      if (cost >= best.cost) continue;
      const place = { x: anchor.x + dx, y: anchor.y + dy };
      const box = boxAt(place, size);
      if (box.left < within.left || box.right > within.right || box.top < within.top || box.bottom > within.bottom) continue;
      for (const other of obstacles) {
        const shared = overlap(box, other);
        if (shared) cost += 160 + shared;
      }
      for (const end of ends) {
        const shared = overlap(box, end);
        if (shared) cost += 60 + shared * 0.8;
      }
      if (cost >= best.cost) continue;
      // What points at the line crosses nothing either.
      for (let i = 1; i < 6 && !onLine; i++) {
        const point = { x: anchor.x + (dx * i) / 6, y: anchor.y + (dy * i) / 6 };
        if (obstacles.some((other) => holds(other, point))) cost += 40;
      }
      for (const wire of wires) if (holds(box, wire)) cost += 7;
      const hidden = line.filter((point) => holds(box, point)).length;
      cost += Math.max(0, hidden - 9) * 9;
      if (cost < best.cost) best = { cost, ...place, anchor, onLine };
    }
  }
  const first = pointOn(curve, anchors[0]);
  return best.cost < Infinity ? best : { ...first, anchor: first, onLine: true };
};
