// Canvases: ink, and images whose numbers have a sign. Plus is solid orange, minus hatched blue.

const COLOURS = ['page', 'tile', 'pen', 'ink', 'line', 'line-strong', 'sunk', 'plus', 'minus'];

let worn = null;
document.addEventListener('themechange', () => (worn = null));

/** The colours of the theme as a canvas takes them: custom properties come unresolved, so an element wears each. */
const palette = () => (worn ??= coloursWorn());
const coloursWorn = () => {
  const probe = document.body.appendChild(document.createElement('i'));
  const colours = Object.fromEntries(
    COLOURS.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return colours;
};

/** A canvas's context, cleared, of so many CSS pixels, sharp at any zoom. */
const sheet = (canvas, width, height) => {
  const ratio = Math.max(2, devicePixelRatio);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  pen.scale(ratio, ratio);
  return pen;
};

const hatched = (pen, x, y, width, height, colour, step) => {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(0.7, step / 4);
  pen.beginPath();
  for (let t = -height; t < width + height; t += step) {
    pen.moveTo(x + t, y + height);
    pen.lineTo(x + t + height, y);
  }
  pen.stroke();
  pen.restore();
};

/** Ink 0..1 as shades, `columns` a row. */
const paintInk = (pen, pixels, columns, side, colours) => {
  const rows = pixels.length / columns;
  const cell = side / Math.max(columns, rows);
  pen.fillStyle = colours.pen;
  pixels.forEach((ink, k) => {
    if (ink <= 0) return;
    pen.globalAlpha = Math.min(1, ink);
    pen.fillRect((k % columns) * cell, Math.floor(k / columns) * cell, cell + 0.2, cell + 0.2);
  });
  pen.globalAlpha = 1;
};

/** A number with a sign as a cell: how strong it is by its size over `most`. */
const paintCell = (pen, value, most, [x, y, width, height], colours, ground, step) => {
  const strength = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  if (strength < 0.01) return;
  pen.globalAlpha = strength;
  pen.fillStyle = value > 0 ? colours.plus : colours.minus;
  pen.fillRect(x, y, width, height);
  if (value < 0 && step && strength > 0.12) {
    pen.globalAlpha = Math.min(1, 0.25 + strength);
    hatched(pen, x, y, width, height, ground, step);
  }
  pen.globalAlpha = 1;
};

/** An image whose pixels have signs. */
const paintSigned = (pen, values, columns, [x, y, side], most, colours) => {
  const cell = side / Math.max(columns, values.length / columns);
  // fine pixels are hatched together, as one surface
  const step = cell > 5 ? cell / 3 : 0;
  values.forEach((value, k) =>
    paintCell(
      pen,
      value,
      most,
      [x + (k % columns) * cell, y + Math.floor(k / columns) * cell, cell + 0.15, cell + 0.15],
      colours,
      colours.tile,
      step,
    ),
  );
  if (step) return;
  pen.save();
  pen.beginPath();
  values.forEach((value, k) => {
    if (value < -0.12 * most) pen.rect(x + (k % columns) * cell, y + Math.floor(k / columns) * cell, cell, cell);
  });
  pen.clip();
  pen.globalAlpha = 0.6;
  hatched(pen, x, y, side, side, colours.tile, 3.4);
  pen.restore();
};
