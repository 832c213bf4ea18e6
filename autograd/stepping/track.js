// All steps on a hairpin: forward above, to the right; backward below, to the left, dotted until it was travelled.

const FEW_TICKS = 14;
const LEAST_BETWEEN = 15;
const LARGE_STEP = 10;
const [NAME, CURRENT_NAME] = [14, 17]; // sizes

/** Where the steps stand on a track of some width. */
const trackPlaces = (model, width, height) => {
  const narrow = width < 420;
  const [left, right] = [narrow ? 80 : 84, width - 24];
  const [above, below] = [height * 0.33, height * 0.67];
  const forward = Math.max(1, model.turn - 1);
  const backward = Math.max(1, model.steps.length - model.turn - 1);
  const long = right - left - 14;
  const x = (i) => (i < model.turn ? left + (long * i) / forward : left + long - (long * (i - model.turn)) / backward);
  const y = (i) => (i < model.turn ? above : below);
  return { left, right, above, below, radius: (below - above) / 2, x, y, between: [long / forward, long / backward] };
};

const makeTrack = (model, state, box) => {
  const svg = drawn('svg', { 'aria-hidden': 'true' });
  box.append(svg);
  let places = null;
  let ticks = [];
  let parts = null;

  const build = () => {
    const [width, height] = [box.clientWidth, box.clientHeight];
    if (!width) return;
    places = trackPlaces(model, width, height);
    const { left, right, above, below, radius } = places;
    const arc = `A${radius} ${radius} 0 0 1 ${right} ${below}`;
    const lane = (name, d) => drawn('path', { class: `lane ${name}`, d });
    parts = {
      forward: lane('forward done', ''),
      backward: lane('backward done', ''),
      thumb: drawn('circle', { class: 'thumb', r: 9 }),
      current: drawn('text', { class: 'name current' }),
      words: [
        drawn('text', { class: 'word forward', x: 0, y: above + 4.5 }, 'forward →'),
        drawn('text', { class: 'word backward', x: 0, y: below + 4.5 }, '← back'),
      ],
    };
    ticks = model.steps.map((step, i) => makeTick(model, i, places));
    svg.replaceChildren(
      lane('forward', `M${left} ${above}H${right}${arc}`),
      lane('backward', `M${right} ${below}H${left}`),
      parts.forward, parts.backward, ...parts.words, ...ticks.flatMap(({ mark, name }) => [mark, name].filter(Boolean)), parts.thumb, parts.current,
    );
    render();
  };

  const render = () => {
    if (!places) return;
    const at = state.step;
    const { left, right, above, below, radius, x, y } = places;
    const back = at >= model.turn;
    parts.forward.setAttribute('d', at ? `M${left} ${above}H${back ? right : x(at)}` : '');
    parts.backward.setAttribute('d', back ? `M${right} ${above}A${radius} ${radius} 0 0 1 ${right} ${below}H${x(at)}` : '');
    parts.thumb.setAttribute('class', `thumb ${back ? 'backward' : 'forward'}`);
    parts.thumb.setAttribute('cx', x(at));
    parts.thumb.setAttribute('cy', y(at));
    parts.words.forEach((word, i) => word.classList.toggle('on', Boolean(i) === back));
    const { node } = model.steps[at];
    parts.current.setAttribute('class', `name current ${back ? 'backward' : 'forward'}`);
    parts.current.setAttribute('x', x(at));
    parts.current.setAttribute('y', back ? below + 26 : above - 17);
    parts.current.replaceChildren(...(node ? spansOf(node, CURRENT_NAME) : []));
    const room = node ? labelWidth(node.label, CURRENT_NAME) : 0;
    ticks.forEach(({ mark, name, wide }, i) => {
      mark.classList.toggle('done', i <= at);
      mark.classList.toggle('absent', i === at);
      // The name of the step that is now stands larger; its neighbours make room.
      name?.classList.toggle('absent', Math.abs(x(i) - x(at)) < Math.max(24, (room + wide) / 2 + 6) && y(i) === y(at));
    });
    box.setAttribute('aria-valuemax', model.steps.length - 1);
    box.setAttribute('aria-valuenow', at);
    box.setAttribute('aria-valuetext', [...phaseOf(model, at), node ? plainName(node) : ''].join(' ').trim());
  };

  const nearest = ({ clientX, clientY }) => {
    const { left, top } = box.getBoundingClientRect();
    const distance = (i) => Math.abs(places.x(i) - (clientX - left)) + 1.4 * Math.abs(places.y(i) - (clientY - top));
    return model.steps.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
  };
  const drag = (event) => state.update({ step: nearest(event), playing: false });
  box.addEventListener('pointerdown', (event) => {
    box.setPointerCapture(event.pointerId);
    drag(event);
  });
  box.addEventListener('pointermove', (event) => box.hasPointerCapture(event.pointerId) && drag(event));
  box.addEventListener('keydown', (event) => {
    // What keys do to every slider; the others are keys of the whole page.
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: LARGE_STEP, PageDown: -LARGE_STEP }[event.key];
    if (!steps || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    state.update({ step: state.step + steps, playing: false });
  });
  for (const [name, value] of Object.entries({ role: 'slider', tabindex: 0, 'aria-label': 'Step', 'aria-valuemin': 0 })) box.setAttribute(name, value);
  new ResizeObserver(build).observe(box);
  build();
  return { render };
};

const plainName = (node) => (node.label.base ? labelText(node.label) : node.title);
const spansOf = (node, size) =>
  node.kind === 'block' ? [drawn('tspan', { class: 'block' }, elided(node.title, 16))] : node.label.base ? labelSpans(node.label, size) : [drawn('tspan', {}, elided(node.title, 10))];

/** A step's triangle, and its name where there is room. */
const makeTick = (model, i, places) => {
  const back = i >= model.turn;
  const [x, y] = [places.x(i), places.y(i)];
  const between = places.between[back ? 1 : 0];
  const size = between < 9 ? 2 : between < LEAST_BETWEEN ? 3.2 : between < 26 ? 4 : 5.2;
  const d = back ? `M${x - size - 1} ${y}L${x + size - 1} ${y - size}V${y + size}Z` : `M${x + size + 1} ${y}L${x - size + 1} ${y - size}V${y + size}Z`;
  const mark = drawn('path', { class: `tick ${back ? 'backward' : 'forward'}`, d, 'stroke-linejoin': 'round' });
  const { node } = model.steps[i];
  const count = back ? model.steps.length - model.turn : model.turn;
  const wide = node ? labelWidth(node.label, NAME) : 0;
  const hasRoom = i > 0 && between > Math.max(22, wide + 6) && (node?.kind !== 'block') && count <= 3 * FEW_TICKS;
  const name = hasRoom ? drawn('text', { class: 'name', x, y: back ? y + 22 : y - 12 }, spansOf(node, NAME)) : null;
  return { mark, name, wide };
};
