// The lines of edges: smooth curves from node to node, through the room that was kept for them.

/** The length along which a curve leaves in its direction, of the way to its end. */
const LEAVES = 0.42;
const ARRIVES = 0.36;
const SPREAD = 0.62;

/**
 * A curve as cubic pieces. `from` and `to` are {x, y, reach(angle)}: how far from its centre a node's line begins;
 * `bends` are points between; `tall` says that the tree runs from the top down; `bow` parts edges of the same ends.
 */
const curveOf = (from, to, bends, { tall, bow = 0 }) => {
  // Worked out as if from left to right; for a tall tree x and y change places.
  const turned = ({ x, y }) => (tall ? { x: y, y: x } : { x, y });
  const [start, end] = [turned(from), turned(to)];
  const points = bends.map(turned);
  const first = points[0] ?? end;
  const last = points.at(-1) ?? start;
  const leaving = from.leaf ? 0 : Math.atan2(first.y - start.y + bow, first.x - start.x) * SPREAD * 0.7;
  const arriving = Math.atan2(end.y - last.y - bow, end.x - last.x) * SPREAD;
  const begin = polar(start, from.reach(leaving), leaving);
  const finish = polar(end, -to.reach(arriving), arriving);
  const stops = [begin, ...points, finish];
  const angles = stops.map((_, i) => (i === 0 ? leaving : i === stops.length - 1 ? arriving : 0));
  return stops.slice(1).map((stop, i) => {
    const before = stops[i];
    const size = Math.hypot(stop.x - before.x, stop.y - before.y);
    const piece = [before, polar(before, size * LEAVES, angles[i]), polar(stop, -size * ARRIVES, angles[i + 1]), stop];
    return piece.map(({ x, y }, k) => turned({ x, y: y + (k === 1 || k === 2 ? bow : 0) }));
  });
};

const polar = ({ x, y }, size, angle) => ({ x: x + size * Math.cos(angle), y: y + size * Math.sin(angle) });

/** A point of a curve, from 0 at its start to 1 at its end. */
const pointOn = (curve, at) => {
  const piece = curve[Math.min(curve.length - 1, Math.floor(at * curve.length))];
  const t = at >= 1 ? 1 : at * curve.length - Math.floor(at * curve.length);
  const u = 1 - t;
  const [a, b, c, d] = piece;
  const mixed = (axis) => u * u * u * a[axis] + 3 * u * u * t * b[axis] + 3 * u * t * t * c[axis] + t * t * t * d[axis];
  return { x: mixed('x'), y: mixed('y') };
};

const rounded1 = (value) => Math.round(value * 10) / 10;

/** A curve as the `d` of a path. */
const pathOf = (curve) =>
  curve
    .map(([a, b, c, d], i) => {
      const [p, q, r, s] = [a, b, c, d].map(({ x, y }) => `${rounded1(x)} ${rounded1(y)}`);
      return `${i ? '' : `M${p}`}C${q} ${r} ${s}`;
    })
    .join('');

/** The arrowhead at a curve's end, or, where a gradient comes back, at its start. */
const headOf = (curve, back, size) => {
  const piece = back ? curve[0] : curve.at(-1);
  const [tip, behind] = back ? [piece[0], piece[1]] : [piece[3], piece[2]];
  const angle = Math.atan2(tip.y - behind.y, tip.x - behind.x);
  const corner = (turn, reach) => {
    const { x, y } = polar(tip, reach, angle + turn);
    return `${rounded1(x)},${rounded1(y)}`;
  };
  return [corner(0, 2), corner(Math.PI - 0.42, size), corner(Math.PI + 0.42, size)].join(' ');
};
