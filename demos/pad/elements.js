// Elements made and changed. Text goes in as text, never as HTML.

const SVG = 'http://www.w3.org/2000/svg';

const set = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') element.textContent = value;
    else element.setAttribute(name, value);
  }
  return element;
};

const html = (tag, attributes = {}, ...children) => {
  const element = set(document.createElement(tag), attributes);
  element.append(...children);
  return element;
};

const svg = (tag, attributes = {}, ...children) => {
  const element = set(document.createElementNS(SVG, tag), attributes);
  element.append(...children);
  return element;
};

const byId = (id) => document.getElementById(id);

/** A letter of mathematics, italic, with a subscript. */
const letter = (name, sub) =>
  html(
    'span',
    { class: 'math' },
    html('i', { text: name }),
    ...(sub === undefined ? [] : [html('sub', { text: sub })]),
  );

/**
 * One of a row of elements is chosen, with the pointer or with the arrow keys; Tab enters the row at the chosen one.
 * `steps` says how far each key goes.
 */
const roving = (container, items, steps, choose) => {
  container.addEventListener('keydown', (event) => {
    const at = items().indexOf(document.activeElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? items().length - 1 : at + (steps[event.key] ?? NaN);
    if (!(to >= 0 && to < items().length)) return;
    event.preventDefault();
    items()[to].focus();
    choose(to);
  });
};

const ALONG = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
