// Nodes as SVG: a leaf is a box with its number to the right, what is computed a circle, the output an octagon.

/** How large things are, by how many nodes there are and how narrow the page is. */
const SCALES = {
  roomy: { height: 52, radius: 43, label: 27, number: 19, pill: 21, pillText: 15, told: true, pad: [14, 20], digits: 5 },
  phone: { height: 44, radius: 31, label: 21, number: 15.5, pill: 22, pillText: 15, told: true, pad: [9, 14], digits: 3 },
  small: { height: 40, radius: 26, label: 16, number: 12.5, pill: 15, pillText: 11.5, told: false, pad: [6, 6], digits: 4, stacked: true },
  dense: { height: 31, radius: 31, label: 18, number: 14.5, pill: 17, pillText: 13.5, told: false, pad: [9, 10], digits: 6 },
};
const SCRIPT = 0.62;

const pen = document.createElement('canvas').getContext('2d');

/** How wide a text is in a font of the page: of mathematics, if not told otherwise. */
const widthOf = (text, size, { style = '', font = '--mathematics' } = {}) => {
  pen.font = `${style} ${size}px ${familyOf(font)}`;
  return pen.measureText(text).width;
};

/** A font of the page, which is asked for once. */
const familyOf = (font) => (families[font] ??= getComputedStyle(document.documentElement).getPropertyValue(font));
const families = {};

/** The size at which a text has a width at most, no smaller than can be read. */
const LEAST_TEXT = 9.5;
const fittingSize = (text, size, width) => Math.max(LEAST_TEXT, Math.min(size, (size * width) / Math.max(1, widthOf(text, size))));

const LONGEST_LABEL = 14;
const elided = (text, longest = LONGEST_LABEL) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** The parts of a label as tspans: its scripts above one another. */
const labelSpans = ({ base, sup, sub }, size) => {
  const small = size * SCRIPT;
  const above = sup && `(${elided(sup, 5)})`;
  const below = elided(sub, 6);
  const upright = base.length > 1 && !/^[\p{L}]['′]?$/u.test(base);
  const spans = [drawn('tspan', { class: upright ? 'word' : 'letter', 'font-size': upright && base.length > 3 ? size * 0.8 : null }, elided(base))];
  if (below) spans.push(drawn('tspan', { class: 'script', 'font-size': small, dy: size * 0.26 }, below));
  if (above) {
    const back = below ? -widthOf(below, small) : 0;
    spans.push(drawn('tspan', { class: 'script', 'font-size': small, dx: back, dy: below ? -size * 0.66 : -size * 0.4 }, above));
  }
  return spans;
};

/** How wide a label is. */
const labelWidth = ({ base, sup, sub }, size) =>
  widthOf(elided(base), size * (base.length > 3 ? 0.8 : 1), { style: 'italic' }) +
  Math.max(sup ? widthOf(`(${elided(sup, 5)})`, size * SCRIPT) : 0, widthOf(elided(sub, 6), size * SCRIPT));

/** How wide the pill of a gradient is. */
const pillWidth = (text, textSize, scale) =>
  widthOf(text, textSize) + (scale.told ? widthOf('grad ', 10.5, { font: '--interface' }) + 20 : scale.stacked ? 11 : 16);

/** Set a number at a size, condensed where it has no room even at the least. */
const setNumber = (element, told, size, room) => {
  const fontSize = fittingSize(told, size, room);
  const width = widthOf(told, fontSize);
  element.setAttribute('font-size', rounded1(fontSize));
  for (const [name, value] of Object.entries({ textLength: rounded1(room), lengthAdjust: 'spacingAndGlyphs' })) {
    if (width > room) element.setAttribute(name, value);
    else element.removeAttribute(name);
  }
  return Math.min(width, room);
};

/** What a node takes: its own width and height, and the height of the pill of its gradient. */
const sizeOfNode = (node, scale) => ({ ...bareSize(node, scale), pillWidth: pillWidth('−0.00000', scale.pillText, scale) });

const bareSize = (node, scale) => {
  const pill = node.value === null || node.fixed ? 0 : scale.pill + (scale.told ? 5 : 1);
  if (node.kind === 'block') {
    const widths = [node.title, ...node.told].map((text, i) => widthOf(elided(text, 34), i ? 12 : 13.5, { style: i ? '' : '600', font: '--interface' }));
    return { width: Math.max(88, ...widths) + 20, height: 18 + 16 * widths.length, pill: 0 };
  }
  const label = labelWidth(node.label, scale.label);
  if (node.leaf) {
    const number = widthOf(`−0.${'0'.repeat(scale.digits - 1)}`, scale.number);
    if (scale.stacked) return { width: Math.max(label, number) + 2 * scale.pad[0], height: scale.height, pill };
    return { width: label + (label ? 8 : 0) + number + scale.pad[0] + scale.pad[1], height: scale.height, pill };
  }
  return { width: Math.max(2 * scale.radius, label + scale.label), height: 2 * scale.radius, pill };
};

const octagon = (width, height) => {
  const cut = Math.min(width, height) * 0.293;
  const [x, y] = [width / 2, height / 2];
  const [u, v] = [x - cut, y - cut];
  return [[-u, -y], [u, -y], [x, -v], [x, v], [u, y], [-u, y], [-x, v], [-x, -v]].map((point) => point.map(rounded1).join(',')).join(' ');
};

/** The outline of a node, `more` pixels outside it. */
const outlineOf = (node, { width, height }, more, given) => {
  const [w, h] = [width + 2 * more, height + 2 * more];
  if (node.kind === 'cost') return drawn('polygon', { points: octagon(w * 1.0, h * 1.0), ...given });
  const round = node.leaf || node.kind === 'block' ? 8 + more : h / 2;
  return drawn('rect', { x: -w / 2, y: -h / 2, width: w, height: h, rx: round, ...given });
};

/** How far from a node's centre its outline is, in a direction; a little more, for arrows. */
const reachOf = (node, { width, height }, tall, gap) => (angle) => {
  const [along, across] = tall ? [height / 2, width / 2] : [width / 2, height / 2];
  if (node.leaf || node.kind === 'block') return Math.min(along / Math.abs(Math.cos(angle) || 1e-9), across / Math.abs(Math.sin(angle) || 1e-9)) + gap;
  // A circle, or two half circles with a straight part between.
  return along - across > 1 ? along / Math.max(0.5, Math.abs(Math.cos(angle))) + gap : Math.min(along, across) + Math.abs(along - across) + gap;
};

/** The elements of a node; `show` sets what changes. */
const makeNode = (node, size, scale, labelPlace) => {
  const element = drawn('g', { class: `node ${node.kind}${node.leaf ? ' leaf' : ''}`, 'data-id': node.id, tabindex: 0, role: 'button' });
  element.append(
    drawn('title', {}, node.title),
    outlineOf(node, size, 9, { class: 'glow' }),
    outlineOf(node, size, 5, { class: 'ring' }),
    outlineOf(node, size, 0, { class: 'shape' }),
  );
  const pill = drawn('g', { class: 'gradient' });
  const [pillBox, pillText] = [drawn('rect', { height: scale.pill, rx: scale.pill / 2 }), drawn('text', { 'text-anchor': 'middle' })];
  pill.append(pillBox, pillText);
  let value = null;
  let label = null;
  const parts = {};
  if (node.kind === 'block') {
    [node.title, ...node.told].forEach((text, i, all) => {
      const y = (i - (all.length - 1) / 2) * 16 + 4.5;
      element.append(drawn('text', { class: i ? 'told' : 'name', x: 0, y, 'text-anchor': 'middle' }, elided(text, 34)));
    });
  } else if (node.leaf) {
    Object.assign(parts, makeLeafNumber(size, scale, labelWidth(node.label, scale.label)));
    if (node.label.base) {
      const place = scale.stacked ? { x: 0, y: -scale.height * 0.1, 'text-anchor': 'middle' } : { x: -size.width / 2 + scale.pad[0], y: scale.label * 0.3 };
      label = drawn('text', { class: 'label', ...place, 'font-size': scale.label }, labelSpans(node.label, scale.label));
      element.append(label);
    }
    element.append(parts.scrub);
    value = parts.number;
  } else {
    const lean = node.label.sub || node.label.sup ? scale.label * 0.1 : 0;
    label = drawn('text', { class: 'label', x: -lean / 2, 'text-anchor': 'middle', 'font-size': scale.label }, labelSpans(node.label, scale.label));
    value = drawn('text', { class: 'number value', x: 0, y: scale.number * 1.12, 'text-anchor': 'middle', 'font-size': scale.number });
    element.append(label, value);
  }
  element.append(pill);

  /** What is shown of the node at a moment: its number, whether it waits, its gradient. */
  let last = '';
  const show = ({ number: told, waits, gradient, state }) => {
    const now = JSON.stringify([told, waits, gradient, state]);
    if (now === last) return; // of many nodes few change at a step
    last = now;
    if (node.kind !== 'block' && !node.leaf) label.setAttribute('y', waits ? scale.label * 0.3 : -scale.label * 0.12);
    if (value) value.textContent = waits ? '' : told;
    if (node.leaf && node.kind !== 'block') parts.fit(told);
    else if (value) setNumber(value, told, scale.number, size.width - scale.radius * 0.28);
    const classes = { waits, ...state };
    for (const [name, on] of Object.entries(classes)) element.classList.toggle(name, Boolean(on));
    pill.classList.toggle('absent', gradient === null);
    if (gradient === null) return;
    const prefix = scale.told ? 'grad ' : '';
    // Side by side on a phone there is no more room than the nodes have.
    const textSize = scale.stacked ? fittingSize(gradient, scale.pillText, size.width - 10) : scale.pillText;
    const width = pillWidth(gradient, textSize, scale);
    const { x, y } = labelPlace(size, width);
    pillText.replaceChildren(...(prefix ? [drawn('tspan', { class: 'prefix' }, prefix)] : []), drawn('tspan', { class: 'number', 'font-size': rounded1(textSize) }, gradient));
    for (const [name, at] of Object.entries({ x: x - width / 2, y: y - scale.pill / 2, width })) pillBox.setAttribute(name, rounded1(at));
    pillText.setAttribute('x', x);
    pillText.setAttribute('y', y + scale.pillText * 0.33);
  };
  return { node, element, show, pill, ...parts };
};

/** What a finger hits, where the tree is drawn smaller than it is. */
const FINGER = 54;

/** The number of a leaf, underlined with dots where it can be changed. */
const makeLeafNumber = (size, scale, label) => {
  const besideLabel = label > 0 && !scale.stacked;
  const base = scale.number * 0.33 + (scale.stacked && label ? scale.height * 0.24 : 0);
  const room = size.width - label - scale.pad[0] - scale.pad[1] - (scale.told ? 12 : 5);
  const right = besideLabel ? size.width / 2 - scale.pad[1] : null;
  const number = drawn('text', { class: 'number', y: base, 'text-anchor': 'end' });
  const under = drawn('line', { class: 'under', y1: base + 4, y2: base + 4 });
  const finger = matchMedia('(pointer: coarse)').matches ? FINGER : 0;
  const tall = Math.max(size.height - 6, finger);
  const hit = drawn('rect', { class: 'hit', y: -tall / 2, height: tall, rx: 6 });
  const chevrons = drawn('path', { class: 'chevrons' });
  const scrub = drawn('g', { class: 'scrub' }, hit, number, under, scale.told ? chevrons : null);
  const margin = scale.told ? 14 : 7;
  const fit = (told) => {
    const width = setNumber(number, told, scale.number, besideLabel ? room : size.width - 2 * scale.pad[1]);
    const end = right ?? width / 2;
    const from = end - width;
    const wide = Math.max(width + 2 * margin, finger);
    const attributes = [[number, { x: end }], [under, { x1: from, x2: end }], [hit, { x: end + margin - wide, width: wide }]];
    for (const [element, given] of attributes) for (const [name, at] of Object.entries(given)) element.setAttribute(name, rounded1(at));
    chevrons.setAttribute('d', `M${rounded1(from - 6)} -3.5l-3.5 3.5l3.5 3.5M${rounded1(end + 6)} -3.5l3.5 3.5l-3.5 3.5`);
  };
  return { scrub, number, fit };
};
