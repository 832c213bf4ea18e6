// The tree in the page. It is built when its room changes, and otherwise updated in place: what has the focus keeps it.

const NARROW = 560;
const FEW_NODES = 9;
const MARGIN = 14;
const TALL_MARGIN = 10;
const LEAST_ZOOM = 0.76; // below it numbers are too small to read
const LEAST_TALL_ZOOM = 0.7;
const PULSE = 520;
const FADE = 28;

const prefersStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** How the tree is set in a room: its scale, direction, zoom if none is wished, and the places of nodes and bends. */
const settingOf = (model, room, wished) => {
  const narrow = room.width < NARROW;
  const few = model.nodes.length <= FEW_NODES;
  const scale = SCALES[narrow ? (few ? 'phone' : 'small') : few ? 'roomy' : 'dense'];
  const boxes = new Map(model.nodes.map((node) => [node, sizeOfNode(node, scale)]));
  const common = { scale, boxes, pill: scale.pill + 4, narrow, few, tall: narrow };
  const [layout, fit] = narrow ? [tallLayout, (laid) => room.width / (laid.across + 2 * TALL_MARGIN)] : [wideLayout, (laid) => zoomFor({ width: laid.along, height: laid.across }, room)];
  const first = layout(model, common, room);
  const whole = Math.min(1, fit(first));
  const zoom = wished === 'all' ? whole : (wished ?? Math.max(narrow ? LEAST_TALL_ZOOM : LEAST_ZOOM, whole));
  // A tree that is too large one way is drawn smaller, and has the more room the other way.
  return { ...common, zoom, whole, ...(zoom < 1 ? layout(model, common, { width: room.width / zoom, height: room.height / zoom }) : first) };
};

/** How much smaller a tree must be drawn to be seen whole. */
const zoomFor = ({ width, height }, room) => Math.min(room.width / (width + 2 * MARGIN), room.height / (height + 2 * MARGIN));

/** From left to right. */
const wideLayout = (model, { boxes, pill, few, narrow }, { width, height }) => {
  const sizes = new Map();
  for (const [node, box] of boxes) {
    sizes.set(node, { along: box.pill ? Math.max(box.width, box.pillWidth) : box.width, low: box.height / 2, high: box.height / 2 + (box.pill ? pill : 4) });
  }
  const fill = { along: width - 2 * MARGIN, across: height - 2 * MARGIN, most: few ? 150 : 110 };
  return layoutOf(model, sizes, { roomAlong: few ? 78 : narrow ? 84 : 62, roomAcross: few ? 26 : 7, fill });
};

/** From the top down; gradients stand below, or left of circles where there is room for them. */
const tallLayout = (model, { boxes, pill, few }, { width }) => {
  const sizes = new Map();
  for (const [node, box] of boxes) {
    const beside = few && !node.leaf && node.kind !== 'block' ? box.pillWidth + 12 : 0;
    sizes.set(node, { along: box.height + (beside ? 0 : pill + 4), low: box.width / 2 + beside, high: box.width / 2 });
  }
  const fill = { along: 0, across: width - 2 * TALL_MARGIN, most: 0 };
  return layoutOf(model, sizes, { roomAlong: few ? 50 : 28, roomAcross: 8, fill, tiered: true });
};

/** Places in pixels of what was laid out along and across. */
const placedIn = (setting, { width, height }) => {
  const { tall } = setting;
  const extent = tall ? { width: setting.across, height: setting.along } : { width: setting.along, height: setting.across };
  const margin = tall ? TALL_MARGIN : MARGIN;
  const size = {
    width: Math.max(width / setting.zoom, extent.width + 2 * margin),
    height: Math.max(height / setting.zoom, extent.height + 2 * margin),
  };
  const shift = { x: (size.width - extent.width) / 2, y: (size.height - extent.height) / 2 };
  const point = ({ along, across }) => ({ x: shift.x + (tall ? across : along), y: shift.y + (tall ? along : across) });
  const nodes = new Map();
  for (const [node, place] of setting.nodes) {
    const { x, y } = point(place);
    nodes.set(node, { x, y: tall && isPillBelow(node, setting) ? y - setting.pill / 2 - 2 : y });
  }
  return { size, nodes, bends: setting.bends.map((bends) => bends.map(point)) };
};

/** The curves of all edges; those between the same nodes are parted. `used` are drawn from below their nodes' gradients. */
const curvesOf = (model, setting, placed, { used }) => {
  const twins = new Map();
  for (const edge of model.edges) {
    const key = `${edge.from.id} ${edge.to.id}`;
    twins.set(key, [...(twins.get(key) ?? []), edge]);
  }
  return model.edges.map((edge) => {
    const same = twins.get(`${edge.from.id} ${edge.to.id}`);
    const bow = (same.indexOf(edge) - (same.length - 1) / 2) * 34;
    const end = (node, gap) => ({ ...placed.nodes.get(node), leaf: node.leaf, reach: reachOf(node, setting.boxes.get(node), setting.tall, gap) });
    const start = end(edge.from, setting.few ? 8 : 4);
    if (used && setting.tall && isPillBelow(edge.from, setting)) start.reach = () => setting.boxes.get(edge.from).height / 2 + setting.pill + 3;
    return curveOf(start, end(edge.to, 5), placed.bends[edge.id], { tall: setting.tall, bow });
  });
};

const makeStage = (model, state, host) => {
  const scroller = host.querySelector('.scroller');
  const canvas = host.querySelector('.canvas');
  const stage = { setting: null, nodes: [], edges: [], zoom: 1 };
  let labels = null;

  const roomOf = () => ({ width: scroller.clientWidth, height: scroller.clientHeight });

  const build = () => {
    const focused = document.activeElement?.closest?.('.node')?.dataset.id;
    const room = roomOf();
    const setting = settingOf(model, room, stage.wished);
    // A tall tree makes its stage as high as it is; the page scrolls.
    host.style.setProperty('--needs', `${Math.ceil((setting.tall ? setting.along + 2 * TALL_MARGIN : setting.across + 2 * MARGIN) * setting.zoom) + 2}px`);
    host.classList.toggle('tall', setting.tall);
    const placed = placedIn(setting, { width: room.width, height: roomOf().height });
    const curves = curvesOf(model, setting, placed, { used: true });
    const before = curvesOf(model, setting, placed, { used: false });
    const svg = drawn('svg', { width: placed.size.width, height: placed.size.height });
    const wires = drawn('g', {});
    const dots = drawn('g', { class: 'dots' });
    stage.edges = model.edges.map((edge) => makeEdge(edge, { used: curves[edge.id], before: before[edge.id] }, wires));
    stage.nodes = model.nodes.map((node) => makeNode(node, setting.boxes.get(node), setting.scale, pillPlace(node, setting)));
    for (const made of stage.nodes) {
      const { x, y } = placed.nodes.get(made.node);
      made.element.setAttribute('transform', `translate(${rounded1(x)} ${rounded1(y)})`);
    }
    svg.append(wires, ...stage.nodes.map(({ element }) => element), dots);
    const plane = made('div', { class: 'plane', style: `width: ${placed.size.width}px; height: ${placed.size.height}px` }, svg);
    canvas.replaceChildren(plane);
    labels = makeLabels(model, { setting, placed, curves, plane, svg });
    Object.assign(stage, { setting, placed, curves, plane, dots });
    host.dataset.size = setting.few ? 'few' : 'many';
    stage.setZoom(setting.zoom);
    stage.render();
    if (focused !== undefined) stage.nodes[focused].element.focus({ preventScroll: true });
    stage.follow(false);
    document.dispatchEvent(new Event('stagebuilt')); // those who listen on its nodes do so anew
  };

  stage.setZoom = (zoom) => {
    stage.zoom = zoom;
    stage.plane.style.transform = zoom === 1 ? '' : `scale(${zoom})`;
    canvas.style.width = `${stage.placed.size.width * zoom}px`;
    canvas.style.height = `${stage.placed.size.height * zoom}px`;
    host.classList.toggle('larger', stage.setting.whole < LEAST_ZOOM - 0.01);
    tellMore();
  };

  /** Set the tree at a zoom, or the whole of it with 'all', with the room that it has so. */
  stage.zoomTo = (zoom) => {
    stage.wished = zoom;
    build();
  };

  /** Where there is more than is seen, the tree fades. */
  const tellMore = () => {
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = scroller;
    const more = { left: scrollLeft, top: scrollTop, right: scrollWidth - clientWidth - scrollLeft, bottom: scrollHeight - clientHeight - scrollTop };
    for (const [side, pixels] of Object.entries(more)) scroller.style.setProperty(`--${side}`, `${Math.min(FADE, Math.max(0, pixels))}px`);
  };
  scroller.addEventListener('scroll', tellMore, { passive: true });

  /** Every element as the state has it. */
  stage.render = () => {
    const { moment, chosen, values } = state;
    const way = numberedWay(model, chosen);
    const now = new Set(edgesOf(moment.step).map((edge) => edge.id));
    const backward = isBackward(moment.step);
    for (const { edge, show } of stage.edges) {
      const isNow = now.has(edge.id);
      show({
        waits: !moment.known.has(edge.to.id),
        used: moment.used.has(edge.id),
        way: way.includes(edge) && moment.sums.has(chosen.id),
        'now-forward': isNow && !backward,
        'now-back': isNow && backward,
      });
    }
    for (const { node, element, show } of stage.nodes) {
      const value = node.value === null ? null : shown(values[node.value]);
      const sum = moment.sums.get(node.id);
      const gradient = sum === undefined ? null : shown(sum);
      const isNow = moment.step.node === node && moment.at > 0;
      show({
        number: value ?? '',
        waits: !moment.known.has(node.id),
        gradient,
        state: {
          chosen: chosen === node,
          'now-forward': isNow && !backward,
          'now-back': isNow && backward,
          source: moment.step.from === node,
        },
      });
      const told = [node.label.base ? labelText(node.label) : node.title, node.kind, value, gradient && `gradient ${gradient}`];
      element.setAttribute('aria-label', told.filter(Boolean).join(', '));
    }
    labels.render(state, way);
  };

  /** Bring what the step is about into view, where the tree is larger than its stage. */
  stage.follow = (smooth = true) => {
    const { step } = state.moment;
    const about = [step.node, step.from, ...edgesOf(step).flatMap((edge) => [edge.from, edge.to])].filter(Boolean);
    if (!about.length) return;
    const places = about.slice(0, 8).map((node) => stage.placed.nodes.get(node));
    const middle = (axis, room) => {
      const [low, high] = [Math.min, Math.max].map((end) => end(...places.map((place) => place[axis])) * stage.zoom);
      // What is too far apart to be seen together is seen from the node of the step.
      return (high - low > 0.8 * room && step.node ? stage.placed.nodes.get(step.node)[axis] * stage.zoom : (low + high) / 2) - room / 2;
    };
    scroller.scrollTo({
      left: middle('x', scroller.clientWidth),
      top: middle('y', scroller.clientHeight),
      behavior: smooth && !prefersStill() ? 'smooth' : 'instant',
    });
    const heights = places.map((place) => place.y * stage.zoom);
    if (smooth && stage.setting.tall) followPage(Math.min(...heights) - 40, Math.max(...heights) + 70);
  };

  /** On a phone the page itself scrolls; what is said of the step stays below. */
  const followPage = (top, bottom) => {
    const start = canvas.getBoundingClientRect().top;
    const end = find('.desk').getBoundingClientRect().top;
    if (start + top >= 0 && start + bottom <= end) return;
    scrollBy({ top: start + (top + bottom) / 2 - end / 2, behavior: prefersStill() ? 'instant' : 'smooth' });
  };

  /** A dot runs along the edges of the step. */
  stage.pulse = () => {
    if (prefersStill() || state.moment.at === 0) return;
    const { step } = state.moment;
    const backward = isBackward(step);
    const edges = edgesOf(step).slice(0, 40);
    const dots = edges.map(() => drawn('circle', { r: 6.5, class: backward ? 'back' : 'forward' }));
    stage.dots.replaceChildren(...dots);
    const started = performance.now();
    const tick = (time) => {
      const t = Math.min(1, Math.max(0, (time - started) / (PULSE / state.speed)));
      const eased = 1 - (1 - t) ** 3;
      edges.forEach((edge, i) => {
        const { x, y } = pointOn(stage.curves[edge.id], backward ? 1 - eased : eased);
        dots[i].setAttribute('cx', x);
        dots[i].setAttribute('cy', y);
      });
      if (t < 1 && dots[0]?.isConnected) requestAnimationFrame(tick);
      else for (const dot of dots) dot.remove();
    };
    tick(started);
  };

  const chosenBy = (event) => event.target.closest?.('.node');
  const choose = (event) => {
    const found = chosenBy(event);
    if (found) state.update({ chosen: model.nodes[found.dataset.id] });
  };
  canvas.addEventListener('pointerdown', choose);
  canvas.addEventListener('focusin', choose);
  canvas.addEventListener('keydown', (event) => event.key === 'Enter' && choose(event));

  new ResizeObserver(() => {
    const { width, height } = roomOf();
    if (stage.width === width && (stage.height === height || stage.setting?.tall)) return;
    Object.assign(stage, { width, height });
    build();
  }).observe(scroller);
  Object.assign(stage, roomOf());
  stage.build = build;
  build();
  return stage;
};

const isPillBelow = (node, setting) => node.kind !== 'block' && !(setting.tall && setting.few && !node.leaf);

/** Where the pill of a node's gradient stands: below it, or left of a circle of a tall tree. */
const pillPlace = (node, setting) => ({ width, height }, pillWidth) =>
  !isPillBelow(node, setting)
    ? { x: -width / 2 - pillWidth / 2 - 8, y: 0 }
    : { x: 0, y: height / 2 + (setting.few ? setting.scale.pill / 2 + 4 : setting.scale.pill / 2 + 1) };

/** The elements of an edge: a halo that parts it from what it crosses, its line, its head. */
const makeEdge = (edge, curves, parent) => {
  const halo = drawn('path', { class: 'halo' });
  const line = drawn('path', { class: 'wire' });
  const head = drawn('polygon', { class: 'head' });
  const element = drawn('g', { class: `edge${edge.count === 0 ? ' elided' : ''}`, 'data-id': edge.id }, halo, line, head);
  parent.append(element);
  const paths = { used: pathOf(curves.used), before: pathOf(curves.before) };
  const show = (classes) => {
    for (const [name, on] of Object.entries(classes)) element.classList.toggle(name, on);
    const time = classes.used ? 'used' : 'before';
    for (const path of [halo, line]) path.setAttribute('d', paths[time]);
    head.setAttribute('points', headOf(curves[time], classes.used, classes['now-back'] ? 15 : classes['now-forward'] ? 12 : 9));
    // What is at work lies over what is not.
    const isAbove = classes['now-back'] || classes['now-forward'] || classes.way;
    if (isAbove && element.nextSibling) parent.append(element);
  };
  return { edge, element, show };
};
