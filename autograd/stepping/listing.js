// The user's own lines: the one at work is marked, and the one whose result it uses.

/** Which lines a step is at: `now`, and `of` the node from which a gradient comes; null where they are not known. */
const linesAt = (model, step) => {
  const last = model.lines.findLastIndex((line) => /\bbackward\s*\(/.test(line));
  const line = (node) => node?.line ?? null;
  if (step.kind === 'start') return { now: model.lines.length ? 0 : null, of: null };
  if (step.kind === 'forward') return { now: line(step.node), of: null };
  const from = step.kind === 'pass' || step.kind === 'bundle' ? line(step.from) : line(step.node);
  return last < 0 ? { now: from, of: null } : { now: last, of: from === last ? null : from };
};

/** The view of the program, in an element of the page, which is hidden where there are no lines. */
const makeListing = (model, state, element) => {
  element.hidden = model.lines.length === 0;
  const lines = model.lines.map((text) => made('li', { title: text }, made('code', {}, text)));
  const list = made('ol', { class: 'listing' }, lines);
  element.append(made('h2', {}, 'Your program'), list);
  let marked = [];

  const render = () => {
    const { now, of } = linesAt(model, state.moment.step);
    for (const line of marked) {
      line.removeAttribute('class');
      line.removeAttribute('aria-current');
    }
    const back = isBackward(state.moment.step) ? ' back' : '';
    if (lines[of]) lines[of].className = 'of';
    if (lines[now]) {
      lines[now].className = `now${back}`;
      lines[now].setAttribute('aria-current', 'step');
      keepInView(list, lines[now]);
    }
    marked = [lines[of], lines[now]].filter(Boolean);
  };
  render();
  return { render };
};

/** Scroll a list, and nothing else, so far that a line can be read. */
const keepInView = (list, line) => {
  const top = line.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + line.offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = top - list.clientHeight / 2;
  }
};
