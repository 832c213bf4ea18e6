// Strokes become the numbers that the network learned from. A stroke is a list of points [x, y] in parts of the pad.

/** The parts of a stroke that lie on the pad, as strokes (Liang and Barsky's clipping, segment by segment). */
const clipped = (points) => {
  const inside = ([x, y]) => x >= 0 && x <= 1 && y >= 0 && y <= 1;
  if (points.length === 1) return inside(points[0]) ? [points] : [];
  const parts = [];
  let last = null;
  for (let i = 1; i < points.length; i++) {
    const [p, q] = [points[i - 1], points[i]];
    const step = [q[0] - p[0], q[1] - p[1]];
    let [from, to] = [0, 1];
    for (const axis of [0, 1]) {
      if (step[axis] === 0) {
        if (p[axis] < 0 || p[axis] > 1) to = -1;
        continue;
      }
      const [enter, leave] = [-p[axis] / step[axis], (1 - p[axis]) / step[axis]].sort((a, b) => a - b);
      from = Math.max(from, enter);
      to = Math.min(to, leave);
    }
    if (from > to) {
      last = null;
      continue;
    }
    const at = (t) => [p[0] + t * step[0], p[1] + t * step[1]];
    if (!last || from > 0) parts.push((last = [at(from)]));
    last.push(at(to));
    if (to < 1) last = null;
  }
  return parts;
};

/** A stroke with points between its points, on curves through them (Catmull and Rom). */
const smooth = (points, between = 8) => {
  if (points.length < 3) return points;
  const curve = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [
      points[Math.max(0, i - 1)],
      points[i],
      points[i + 1],
      points[Math.min(points.length - 1, i + 2)],
    ];
    for (let k = 0; k < between; k++) {
      const t = k / between;
      const on = (axis) =>
        0.5 *
        (2 * b[axis] +
          (c[axis] - a[axis]) * t +
          (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t ** 2 +
          (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t ** 3);
      curve.push([on(0), on(1)]);
    }
  }
  curve.push(points[points.length - 1]);
  return curve;
};

/** What is on the pad, as curves. */
const linesOf = (strokes) => strokes.flatMap((stroke) => clipped(smooth(stroke)));

/** The distance of a point from a segment. */
const distance = (x, y, p, q) => {
  const [dx, dy] = [q[0] - p[0], q[1] - p[1]];
  const along = dx || dy ? ((x - p[0]) * dx + (y - p[1]) * dy) / (dx * dx + dy * dy) : 0;
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(x - p[0] - t * dx, y - p[1] - t * dy);
};

/** Which of the strokes a point touches. */
const touched = (strokes, [x, y], reach) =>
  strokes.map((stroke) => {
    const curve = smooth(stroke);
    return curve.some((p, i) => distance(x, y, p, curve[Math.min(i + 1, curve.length - 1)]) <= reach);
  });

/**
 * Lines drawn with a round pen into height x width pixels: each 0 or 1, as its middle is under the pen, or, softly,
 * how much of it is.
 */
const inked = (lines, pen, height, width, softly) => {
  const pixels = new Float64Array(height * width);
  const reach = pen / 2 + (softly ? 0.5 : 0);
  const span = (a, b, most) => [
    Math.max(0, Math.floor(Math.min(a, b) - reach)),
    Math.min(most - 1, Math.ceil(Math.max(a, b) + reach)),
  ];
  for (const line of lines) {
    for (let i = 0; i < Math.max(1, line.length - 1); i++) {
      const [p, q] = [line[i], line[Math.min(i + 1, line.length - 1)]];
      const [[left, right], [top, bottom]] = [span(p[0], q[0], width), span(p[1], q[1], height)];
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= right; x++) {
          const room = reach - distance(x + 0.5, y + 0.5, p, q);
          const ink = softly ? Math.max(0, Math.min(1, room)) : Number(room >= 0);
          if (ink > pixels[y * width + x]) pixels[y * width + x] = ink;
        }
      }
    }
  }
  return pixels;
};

/** The middle of the ink: [x, y], in pixels. */
const middleOf = (pixels, width) => {
  let [mass, x, y] = [0, 0, 0];
  pixels.forEach((ink, k) => {
    mass += ink;
    x += ink * ((k % width) + 0.5);
    y += ink * (Math.floor(k / width) + 0.5);
  });
  return [x / mass, y / mass];
};

const boxOf = (lines) => {
  const of = (axis) =>
    lines.reduce(
      (box, line) => line.reduce(([a, b], p) => [Math.min(a, p[axis]), Math.max(b, p[axis])], box),
      [Infinity, -Infinity],
    );
  return { x: of(0), y: of(1) };
};

const moved = (lines, [x, y], [sx, sy] = [1, 1]) =>
  lines.map((line) => line.map((p) => [p[0] * sx + x, p[1] * sy + y]));

/** Lines scaled, with room for the pen, to a box in the middle of a field; one axis at most `most` times the other. */
const fitted = (lines, pen, box, field, most) => {
  const { x, y } = boxOf(lines);
  const scale = [(box[0] - pen) / Math.max(x[1] - x[0], 1e-3), (box[1] - pen) / Math.max(y[1] - y[0], 1e-3)];
  const [sx, sy] = [Math.min(scale[0], most * scale[1]), Math.min(scale[1], most * scale[0])];
  return moved(lines, [field[0] / 2 - (sx * (x[0] + x[1])) / 2, field[1] / 2 - (sy * (y[0] + y[1])) / 2], [sx, sy]);
};

/** Lines moved so that the middle of their ink is the field's, as far as they have room. */
const centred = (lines, pen, field, softly) => {
  const { x, y } = boxOf(lines);
  const middle = middleOf(inked(lines, pen, field[1], field[0], softly), field[0]);
  const shift = [x, y].map(([least, most], axis) =>
    Math.max(pen / 2 - least, Math.min(field[axis] - pen / 2 - most, field[axis] / 2 - middle[axis])),
  );
  return moved(lines, shift);
};

/** The pen that brings so much ink, between the least and the most that it may be. */
const penFor = (ink, [least, most], inkOf) => {
  for (let i = 0; i < 10; i++) {
    const pen = (least + most) / 2;
    if (inkOf(pen) < ink) least = pen;
    else most = pen;
  }
  return (least + most) / 2;
};

const summed = (numbers) => numbers.reduce((sum, value) => sum + value, 0);
