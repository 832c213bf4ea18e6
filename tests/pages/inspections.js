// What tests ask of a page: each inspection returns a list of faults, empty where there are none.

const inspections = (() => {
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });

const nameOf = (element) =>
  element.getAttribute('aria-label') ??
  document.getElementById(element.getAttribute('aria-labelledby'))?.textContent ??
  ([...(element.labels ?? [])].map((label) => label.textContent).join(' ') || element.textContent);

const CONTROLS = 'button, a, input, [tabindex], [role=slider], [role=spinbutton], [role=radio], [role=option]';
const controls = () => [...document.querySelectorAll(CONTROLS)].filter(isSeen);

/** Controls without a name, pictures without a text, headings that skip a level, ids that stand twice. */
const unnamed = () => {
  const pictures = [...document.querySelectorAll('img, canvas, svg')].filter(isSeen).filter((picture) =>
    !picture.closest('[aria-hidden=true]') && !picture.querySelector('[tabindex]') && !(picture.alt || nameOf(picture)?.trim()));
  const levels = [...document.querySelectorAll('h1, h2, h3')].filter(isSeen).map((heading) => Number(heading.localName[1]));
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  return [
    ...controls().filter((control) => !nameOf(control)?.trim()).map((control) => control.outerHTML.slice(0, 120)),
    ...pictures.map((picture) => picture.outerHTML.slice(0, 120)),
    ...levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1).map((level) => `h${level} out of order`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i),
    ...(document.documentElement.lang === 'en' ? [] : ['lang']),
  ];
};

const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const colours = new Map();
const colourOf = (told) => {
  if (!colours.has(told)) {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = told === 'none' ? 'transparent' : told;
    pixel.fillRect(0, 0, 1, 1);
    colours.set(told, [...pixel.getImageData(0, 0, 1, 1).data]);
  }
  return colours.get(told);
};
const over = (above, below) => [0, 1, 2].map((i) => (above[i] * above[3] + below[i] * (255 - above[3])) / 255);
const luminance = (colour) => {
  const [r, g, b] = colour.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** The colour behind a text: of the boxes that hold it, in the tree those of its node. */
const groundOf = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const shape = at.querySelector(':scope > .shape, :scope.gradient > rect');
    if (shape) layers.push(colourOf(getComputedStyle(shape).fill));
    layers.push(colourOf(getComputedStyle(at).backgroundColor));
  }
  return layers.reduceRight((below, above) => over(above, below), [255, 255, 255]);
};

/** Texts whose colour is too near to that behind them. */
const faint = (least = 4.5) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const told = walker.currentNode.nodeValue.trim();
    if (!told || !isSeen(element) || element.closest('script, style, title, .unseen, :disabled')) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const [r, g, b, a] = colourOf(element instanceof SVGElement ? style.fill : style.color);
    let share = a;
    for (let at = element; at; at = at.parentElement) share *= Number(getComputedStyle(at).opacity);
    const [low, high] = [luminance(over([r, g, b, share], ground)), luminance(ground)].sort((x, y) => x - y);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < least) found.push(`${contrast.toFixed(2)}: ${told.slice(0, 20)} in ${element.closest('[class]').getAttribute('class')}`);
  }
  return found;
};

/** What is wider than its room: the page itself, and what is cut though no ellipsis says so. */
const cut = () => {
  const page = document.documentElement;
  const wide = [...document.body.querySelectorAll('*')].filter((element) => {
    const { overflowX, textOverflow } = getComputedStyle(element);
    const hides = ['hidden', 'clip'].includes(overflowX) && textOverflow !== 'ellipsis' && !element.closest('.unseen, .canvas, svg');
    return hides && isSeen(element) && element.scrollWidth > element.clientWidth + 1;
  });
  return [
    ...(page.scrollWidth > innerWidth ? [`page: ${page.scrollWidth} > ${innerWidth}`] : []),
    ...wide.map((element) => `${element.className}: ${element.scrollWidth} > ${element.clientWidth}`),
  ];
};

/** Controls that a finger would miss. */
const small = (least = 44) =>
  controls()
    .map((control) => [control, control.getBoundingClientRect()])
    .filter(([, { width, height }]) => Math.min(width, height) < least - 0.5)
    .map(([control, { width, height }]) => `${nameOf(control).trim().slice(0, 20)}: ${width.toFixed(0)} x ${height.toFixed(0)}`);

const CHILDREN = { mfrac: 2, msub: 2, msup: 2, mroot: 2, msubsup: 3 };

/** Mathematics inside an element that is not well formed. */
const broken = (element) =>
  [...element.querySelectorAll('math *, parsererror')]
    .filter(({ localName, children, textContent }) =>
      localName === 'parsererror' || children.length !== (CHILDREN[localName] ?? children.length) ||
      (['mi', 'mn', 'mo'].includes(localName) && (children.length > 0 || textContent === '')))
    .map((found) => found.outerHTML.slice(0, 120));

const faultsIn = (where, element) => {
  const told = element.textContent;
  return [...broken(element), ...(/\bNaN\b|\bnull\b|\[object/.test(told) ? [`${where}: ${told}`] : [])];
};

/** What all steps say and the chain rule of all nodes, beside the page: the numbers and words of each step, and faults. */
const told = () => {
  const faults = [];
  const steps = model.steps.map((step, at) => {
    const written = WRITERS[step.kind](model, { ...state, moment: momentOf(model, state, at) }, step);
    const [words, equation] = [written.words, written.equation].map((parts) => made('div', {}, parts));
    faults.push(...faultsIn(at, words), ...faultsIn(at, equation));
    const last = [...equation.querySelectorAll('.number')].at(-1)?.textContent;
    return { kind: step.kind, value: step.node?.value ?? null, last, words: words.textContent };
  });
  const chain = made('div', {});
  const own = { ...state, moment: momentOf(model, state, model.steps.length - 1) };
  const view = makeChain(model, own, chain);
  for (const node of model.nodes) {
    own.chosen = node;
    view.render();
    faults.push(...faultsIn(node.title, chain));
  }
  return { steps, faults };
};

/** All steps taken and all nodes chosen in the page itself. */
const walked = () => {
  const look = (where) => ['#sentence', '#chain', '.labels'].flatMap((place) => faultsIn(where, document.querySelector(place)));
  return [
    ...model.steps.flatMap((_, at) => (state.update({ step: at }), look(at))),
    ...model.nodes.flatMap((node) => (state.update({ chosen: node }), look(node.title))),
  ];
};

return { unnamed, faint, cut, small, told, walked };
})();
