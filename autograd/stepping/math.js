// Mathematics in the page: numbers as Python prints them, and Python's MathML as elements.

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const ELEMENTS = new Set('math mrow mi mn mo mtext mfrac msub msup msubsup msqrt mroot munder mover munderover'.split(' '));
const ATTRIBUTES = new Set(['form', 'mathvariant', 'stretchy']);
const DIGITS = 4;

/** A number of a few digits, as `number()` of autograd/reals.py prints it: Python's %.4g with a true minus sign. */
const number = (value, digits = DIGITS) => {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '−' : '';
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}inf`;
  const [told, power] = rounded(size, digits).split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    return `${sign}${trimmed(told)}e${exponent < 0 ? '−' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const figures = told.replace('.', '');
  if (exponent < 0) return sign + trimmed(`0.${'0'.repeat(-exponent - 1)}${figures}`);
  return sign + trimmed(`${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`);
};

/** Digits and exponent of a size; of two equally near the even one, where JavaScript takes the larger. */
const rounded = (size, digits) => {
  const near = size.toExponential(digits - 1);
  const finer = size.toExponential(digits);
  if (Number(finer) !== size || !isExactly(size, finer)) return near;
  const [told, power] = finer.split('e');
  const isEven = '02468'.includes(told.at(-2));
  return told.endsWith('5') && isEven ? `${told.slice(0, -1)}e${power}` : near;
};

/** Whether a double is what a few decimal digits say, to its last bit: a hundred digits tell. */
const isExactly = (size, told) => {
  const [digits, power] = told.split('e');
  const [all, same] = size.toExponential(99).split('e');
  return power === same && all.startsWith(digits) && /^0*$/.test(all.slice(digits.length));
};

const trimmed = (decimal) => (decimal.includes('.') ? decimal.replace(/\.?0*$/, '') : decimal);

/** What a reader is shown of a number: 0 has no sign, and what is no number is said in words. */
const shown = (value) => {
  if (Number.isNaN(value)) return 'undefined';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  return number(value + 0);
};

// Elements

/** An element with properties, attributes and children: strings become text. */
const made = (name, given = {}, ...children) => fitted(document.createElement(name), given, children);

/** The same in SVG. */
const drawn = (name, given = {}, ...children) =>
  fitted(document.createElementNS('http://www.w3.org/2000/svg', name), given, children);

const fitted = (element, given, children) => {
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

/** MathML as `math` element. Of the source elements and attributes of mathematics are kept, and text. */
const mathOf = (source) => {
  let math = formulas.get(source);
  if (!math) {
    const read = new DOMParser().parseFromString(`<math xmlns="${MATHML}">${source}</math>`, 'application/xml');
    math = kept(read.documentElement);
    if (formulas.size < MOST_FORMULAS) formulas.set(source, math);
  }
  return math.cloneNode(true);
};

const formulas = new Map(); // those that were read already, by their source
const MOST_FORMULAS = 2000;

const kept = (node) => {
  if (node.nodeType !== Node.ELEMENT_NODE) return document.createTextNode(node.nodeValue ?? '');
  if (!ELEMENTS.has(node.localName)) return document.createTextNode(node.textContent);
  const element = document.createElementNS(MATHML, node.localName);
  for (const { name, value } of node.attributes) if (ATTRIBUTES.has(name)) element.setAttribute(name, value);
  if (node.localName === 'mi') {
    // A letter alone would be set in a font of its own.
    if (element.hasAttribute('mathvariant')) element.setAttribute('class', 'upright');
    element.setAttribute('mathvariant', 'normal');
  }
  element.append(...[...node.childNodes].map(kept));
  return element;
};

/** An element as those hear it to whom it is read: of mathematics one line, in which nothing of its form is lost. */
const spoken = (node) => {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeValue.replace(/\u2061/g, '');
  const parts = [...node.childNodes].map(spoken);
  const [first, second, third] = parts;
  const forms = {
    mfrac: () => `${first} over ${second}`,
    msub: () => `${first}_${second}`,
    msup: () => `${first}^${second}`,
    msubsup: () => `${first}_${second}^${third}`,
    msqrt: () => `root of (${parts.join('')})`,
    mroot: () => `root of order ${second} of (${first})`,
  };
  const told = forms[node.localName]?.() ?? parts.join('');
  const isOperator = node.localName === 'mo' ? told && !node.hasAttribute('stretchy') && !node.hasAttribute('form') : node.classList.contains('operator');
  return isOperator ? ` ${told} ` : told;
};

// Formulas: pieces, between which a whole number stands for a value

const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** A label as MathML; what is above is in parentheses, for it is no exponent. */
const labelSource = ({ base, sup, sub }) => {
  const script = (text) => (/^\d+$/.test(text) ? `<mn>${text}</mn>` : `<mi>${escaped(text)}</mi>`);
  const fence = (sign) => `<mo stretchy="false">${sign}</mo>`;
  const letter = /^−?\d/.test(base) ? `<mn>${escaped(base)}</mn>` : `<mi>${escaped(base) || '?'}</mi>`;
  const up = sup && `<mrow>${fence('(')}${script(sup)}${fence(')')}</mrow>`;
  if (up && sub) return `<msubsup>${letter}${script(sub)}${up}</msubsup>`;
  return up ? `<msup>${letter}${up}</msup>` : sub ? `<msub>${letter}${script(sub)}</msub>` : letter;
};

/** A label as plain text, for those who hear it. */
const labelText = ({ base, sup, sub }) => base + (sub ? `_${sub}` : '') + (sup ? `^(${sup})` : '');

/** A number as MathML, in parentheses where it is negative and `held`. */
const numberSource = (value, held = false) => {
  const told = shown(value);
  const negative = told.startsWith('−');
  const size = Number.isNaN(value) ? `<mtext>${told}</mtext>` : `<mn>${negative ? told.slice(1) : told}</mn>`;
  const signed = negative ? `<mo form="prefix">−</mo>${size}` : size;
  return held && negative ? `<mrow><mo stretchy="false">(</mo>${signed}<mo stretchy="false">)</mo></mrow>` : `<mrow>${signed}</mrow>`;
};

/** A formula in symbols: each hole is its value's label, which `labelOf` knows. */
const inSymbols = (pieces, labelOf) =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : labelSource(labelOf(placeOf(piece))))).join('');

/** A formula in numbers. */
const inNumbers = (pieces, values) =>
  pieces
    .map((piece, at) => {
      if (typeof piece === 'string') return piece;
      const told = numberSource(values[placeOf(piece)], piece < 0);
      // 2a is 2 · 0.5 in numbers.
      return String(pieces[at - 1] ?? '').endsWith('</mn>') ? `<mo>·</mo>${told}` : told;
    })
    .join('');

const placeOf = (piece) => (piece < 0 ? -1 - piece : piece);

/** The ratio of two differentials, as ∂C/∂w. */
const ratioSource = (above, below) => {
  const part = (label) => `<mrow><mi mathvariant="normal">∂</mi>${labelSource(label)}</mrow>`;
  return `<mfrac>${part(above)}${part(below)}</mfrac>`;
};
