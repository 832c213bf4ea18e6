// What stands beside edges: the partial of the edge at work, and the factors of the chosen node's way.

const badge = (text) => made('span', { class: 'badge' }, String(text));

/** A partial in symbols says nothing where it is a number, which stands beside it anyway. */
const saysMore = (symbol) => symbol && symbol.some((piece) => typeof piece !== 'string');
const LONGEST_SYMBOL = 9;

/** An edge's derivative: by name, and if wished in symbols, and its number. */
const partialTold = (model, edge, value, { named = true, symbol = true } = {}) => {
  const parts = [];
  if (named) parts.push(mathOf(ratioSource(edge.to.label, edge.from.label)), '=');
  const isShort = saysMore(edge.symbol) && edge.symbol.length <= LONGEST_SYMBOL;
  if (symbol && isShort) parts.push(mathOf(inSymbols(edge.symbol, model.labelOf)), '=');
  return [...parts, made('span', { class: 'number' }, shown(value))];
};

/** Points of a curve that are not further apart than a text is high. */
const sampled = (curve) => {
  const [start, end] = [curve[0][0], curve.at(-1)[3]];
  const count = Math.max(12, Math.ceil((1.3 * Math.hypot(end.x - start.x, end.y - start.y)) / 12));
  return Array.from({ length: count + 1 }, (_, i) => pointOn(curve, i / count));
};

/** The labels of a stage that was built. */
const makeLabels = (model, { setting, placed, curves, plane, svg }) => {
  const pointer = drawn('path', { class: 'pointer' });
  const knot = drawn('circle', { class: 'knot', r: 5 });
  svg.firstChild.after(pointer, knot); // above the lines, below the nodes
  const layer = made('div', { class: 'labels' });
  plane.append(layer);
  const chip = made('div', { class: 'partial now', hidden: true });
  const wires = curves.map(sampled);
  const within = { left: 2, top: 2, right: placed.size.width - 2, bottom: placed.size.height - 2 };

  const shapes = model.nodes.map((node) => boxAt(placed.nodes.get(node), setting.boxes.get(node)));

  /** What nodes and their gradients cover: told by their attributes, for a browser is slow to tell it of many. */
  const nodeBoxes = () => [
    ...shapes,
    ...[...svg.querySelectorAll('.gradient:not(.absent) rect')].map((rect) => {
      const { x, y } = placed.nodes.get(model.nodes[rect.closest('.node').dataset.id]);
      const [left, top, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)));
      return { left: x + left, top: y + top, right: x + left + width, bottom: y + top + height };
    }),
  ];

  const put = (element, { x, y }) => {
    element.style.left = `${rounded1(x)}px`;
    element.style.top = `${rounded1(y)}px`;
  };

  const roomFor = (element) => ({ width: element.offsetWidth + 8, height: element.offsetHeight + 6 });

  // While a number is dragged labels keep their places; they are sought anew at another step.
  let places = new Map();
  let sought = '';
  const placeOnce = (edge, seek) => {
    if (!places.has(edge.id)) places.set(edge.id, seek());
    return places.get(edge.id);
  };

  const otherWires = (edge) => wires.flatMap((points, id) => (id === edge.id ? [] : points));

  /** The factors of the way that were used already: a badge on the line, the number beside it. */
  const renderWay = (state, way, now, obstacles) => {
    way.forEach((edge, i) => {
      if (edge === now || !state.moment.used.has(edge.id) || !state.moment.sums.has(state.chosen.id)) return;
      const middle = pointOn(curves[edge.id], anchorsOf(curves[edge.id])[0]);
      const mark = made('div', { class: 'partial mark' }, badge(i + 1));
      const label = made('div', { class: 'partial' }, partialTold(model, edge, state.partials[edge.id], { named: setting.few, symbol: false }));
      layer.append(mark, label);
      put(mark, middle);
      obstacles.push(boxAt(middle, { width: 22, height: 22 }));
      const own = wires[edge.id];
      const place = placeOnce(edge, () =>
        freePlace(curves[edge.id], roomFor(label), { obstacles, wires: [...otherWires(edge), ...own, ...own, ...own], within, reach: [110, 60] }),
      );
      put(label, place);
      obstacles.push(boxAt(place, roomFor(label)));
    });
  };

  const renderChip = (state, way, now, obstacles) => {
    chip.hidden = !now;
    pointer.setAttribute('d', '');
    knot.classList.add('absent');
    if (!now) return;
    const at = way.indexOf(now);
    chip.replaceChildren(...(at >= 0 ? [badge(at + 1)] : []), ...partialTold(model, now, state.partials[now.id]));
    const place = placeOnce(now, () => freePlace(curves[now.id], roomFor(chip), { obstacles, wires: otherWires(now), within }));
    put(chip, place);
    obstacles.push(boxAt(place, roomFor(chip)));
    if (place.onLine) return;
    pointer.setAttribute('d', `M${place.anchor.x} ${place.anchor.y}L${place.x} ${place.y}`);
    knot.setAttribute('cx', place.anchor.x);
    knot.setAttribute('cy', place.anchor.y);
    knot.classList.remove('absent');
  };

  const render = (state, way) => {
    const { step } = state.moment;
    const now = step.kind === 'pass' ? step.edge : null;
    layer.replaceChildren(chip);
    const moment = `${state.moment.at} ${state.chosen.id}`;
    if (moment !== sought) [sought, places] = [moment, new Map()];
    const obstacles = nodeBoxes();
    renderChip(state, way, now, obstacles);
    renderWay(state, way, now, obstacles);
  };
  return { render };
};
