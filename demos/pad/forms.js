// How each set was made of what people wrote, done to a drawing. A form has a field, and in its middle a box that the
// digit fills: [width, height] in pixels.

const PENS = ['thin', 'medium', 'thick'];

/**
 * The 8x8 set: bitmaps of 32x32, of which the digit fills about 20x32, its ink counted in cells of 4x4. The ink is 313
 * of 1024 pixels, with a standard deviation of 34, whatever the digit.
 */
const COUNTED = {
  field: [32, 32],
  box: [20, 32],
  softly: false,
  scaled: (lines, pen) => {
    const fit = (width) => fitted(lines, width, COUNTED.box, COUNTED.field, 1.5);
    const width = penFor(313 + 34 * (PENS.indexOf(pen) - 1), [2, 11], (at) =>
      summed(inked(fit(at), at, 32, 32, false)),
    );
    return { lines: fit(width), width };
  },
  pixels: (bitmap) => {
    const cells = new Float64Array(64);
    bitmap.forEach((ink, k) => (cells[8 * Math.floor(k / 128) + Math.floor((k % 32) / 4)] += ink / 16));
    return cells;
  },
};

/** MNIST and what is made like it: scaled to 20 of 28 pixels either way, grey at the edges, centred by its ink. */
const antialiased = (height, width) => {
  const side = Math.min(height, width);
  const box = [(side * 20) / 28, (side * 20) / 28];
  const field = [width, height];
  return {
    field,
    box,
    softly: true,
    scaled: (lines, pen) => {
      const thickness = ((side * 2.6) / 28) * (0.75 + 0.25 * PENS.indexOf(pen));
      return { lines: fitted(lines, thickness, box, field, 1), width: thickness };
    },
    pixels: (image) => image,
  };
};

const formOf = (height, width) => (height === 8 && width === 8 ? COUNTED : antialiased(height, width));

/**
 * A drawing in the form of the data, and the steps there: `scaled` and `centred` bitmaps of the field, and `pixels` for
 * the network; null where there is no ink.
 */
const formed = (strokes, pen, form) => {
  const lines = linesOf(strokes);
  if (!lines.length) return null;
  const [width, height] = form.field;
  const scaled = form.scaled(lines, pen);
  const into = centred(scaled.lines, scaled.width, form.field, form.softly);
  const bitmap = (of) => inked(of, scaled.width, height, width, form.softly);
  const last = bitmap(into);
  return { scaled: bitmap(scaled.lines), centred: last, middle: middleOf(last, width), pixels: form.pixels(last) };
};
