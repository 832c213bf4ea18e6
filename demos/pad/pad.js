// The pad: a hand draws on it, an eraser takes whole strokes away; a test image stands on it as pixels.

const PEN_WIDTHS = { thin: 0.04, medium: 0.055, thick: 0.075 };
const NEAR = 0.012; // points closer than this say nothing new
const REACH = 0.04; // of the eraser

const pathOf = (points) => {
  const at = ([x, y]) => `${x.toFixed(4)} ${y.toFixed(4)}`;
  return points.length === 1 ? `M${at(points[0])}h0.0001` : `M${points.map(at).join('L')}`;
};

const makePad = (state, model) => {
  const box = byId('pad');
  const ink = svg('svg', { viewBox: '0 0 1 1', 'aria-hidden': 'true' });
  const image = html('canvas', { 'aria-hidden': 'true' });
  box.append(image, ink);
  let finger = null; // of several that touch the pad the first draws

  const at = (event) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  const erase = (point) => {
    const gone = touched(state.now.strokes, point, REACH);
    if (gone.some(Boolean)) state.draw({ strokes: state.now.strokes.filter((_, i) => !gone[i]) });
  };
  const begin = (event) => {
    if (event.button > 0 || finger !== null) return;
    box.setPointerCapture(event.pointerId);
    finger = event.pointerId;
    if (state.now.tool === 'eraser') erase(at(event));
    else state.draw({ strokes: [...(state.now.image === null ? state.now.strokes : []), [at(event)]] });
  };
  const go = (event) => {
    if (event.pointerId !== finger) return;
    // a fast hand leaves several points between two frames
    const between = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const each of between.length ? between : [event]) {
      if (state.now.tool === 'eraser') erase(at(each));
      else extend(at(each));
    }
  };
  const extend = (point) => {
    const { strokes } = state.now;
    const stroke = strokes[strokes.length - 1];
    const last = stroke[stroke.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR)
      state.grow([...strokes.slice(0, -1), [...stroke, point]]);
  };
  box.addEventListener('pointerdown', begin);
  box.addEventListener('pointermove', go);
  const end = (event) => {
    if (event.pointerId === finger) finger = null;
  };
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) box.addEventListener(name, end);

  byId('undo').addEventListener('click', state.undo);
  byId('clear').addEventListener('click', () => state.draw({ strokes: [] }));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.target.tagName === 'INPUT') return;
    event.preventDefault();
    state.undo();
  });
  for (const [group, key] of [
    ['tools', 'tool'],
    ['pens', 'pen'],
  ]) {
    for (const button of byId(group).children)
      button.addEventListener('click', () => state.update({ [key]: button.value }));
  }

  const render = (now, read) => {
    const { width } = box.getBoundingClientRect();
    const pen = sheet(image, width, width);
    if (now.image !== null) paintInk(pen, read.pixels, model.width, width, palette());
    const lines = now.image === null ? linesOf(now.strokes) : [];
    ink.replaceChildren(...lines.map((line) => svg('path', { d: pathOf(line), 'stroke-width': PEN_WIDTHS[now.pen] })));
    box.classList.toggle('erasing', now.tool === 'eraser');
    byId('hint').hidden = Boolean(read.pixels);
    byId('hint').textContent = now.strokes.length ? 'no ink on the pad: draw inside' : 'draw here';
    byId('undo').disabled = !state.canUndo;
    byId('clear').disabled = !read.pixels && !now.strokes.length;
    for (const button of byId('tools').children) button.setAttribute('aria-pressed', button.value === now.tool);
    for (const button of byId('pens').children) button.setAttribute('aria-pressed', button.value === now.pen);
  };
  return { render };
};
