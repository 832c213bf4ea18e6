// "If this were a 7": the right class is chosen, the cost follows, and one step of gradient descent can be taken.

const makeWish = (state, model) => {
  const chips = model.names.map((name, i) => {
    const chip = html('button', { type: 'button', role: 'radio', text: name });
    chip.addEventListener('click', () => wish(i));
    return chip;
  });
  byId('chips').append(...chips);
  const wish = (i) => state.update({ wished: i, before: null });
  roving(byId('chips'), () => chips, ALONG, wish);

  const learn = () => {
    const { now, read } = state;
    const parameters = stepped(now.parameters, read.gradient, now.rate);
    state.update({ parameters, steps: now.steps + 1, before: { outputs: read.outputs, cost: read.cost } });
  };
  byId('learn').addEventListener('click', learn);
  byId('reset').addEventListener('click', () => state.update({ parameters: model.learned, steps: 0, before: null }));
  makeRate(state);

  const formula = (now) => {
    const name = model.names[now.wished];
    return model.cost === 'cross_entropy'
      ? [letter('C'), ' = −ln ', letter('p', name), ' = ']
      : [letter('C'), ' = Σ(', letter('a'), ' − ', letter('y'), ')² = '];
  };
  const said = (now, read) => {
    if (!read.pixels) return 'Draw something first.';
    const readSo = now.wished === read.best ? 'it is read so already' : `it is read as ${model.names[read.best]}`;
    if (!now.steps) return readSo;
    const times = now.steps === 1 ? 'once' : `${now.steps} times`;
    const [first, right] = [model.learned, now.parameters].map((parameters) => rightOf(model, parameters));
    const told = `${right} of the ${model.digits.length} test images are read rightly, at first ${first}`;
    return `${readSo}; learned ${times}: ${told}`;
  };
  const render = (now, read) => {
    chips.forEach((chip, i) => set(chip, { 'aria-checked': i === now.wished, tabindex: i === now.wished ? 0 : -1 }));
    byId('formula').replaceChildren(...(read.pixels ? formula(now) : []));
    byId('was').textContent = read.pixels && now.before ? `${rounded(now.before.cost)} →` : '';
    byId('cost').textContent = read.pixels ? rounded(read.cost) : '';
    byId('changed').textContent = said(now, read);
    byId('learn').disabled = !read.pixels || now.rate === null;
    byId('reset').hidden = !now.steps;
    byId('slopes').hidden = !read.pixels;
  };
  return { render };
};

/** The learning rate: typed, or changed by dragging its letter or by the up and down keys. */
const makeRate = (state) => {
  const field = byId('rate');
  const handle = byId('rate-handle');
  const take = (rate) => {
    field.value = String(rate);
    read();
  };
  const read = () => {
    const rate = Number(field.value.trim().replace('−', '-').replace(',', '.') || NaN);
    const right = rate > 0 && rate <= 100;
    set(field, { 'aria-invalid': !right });
    byId('rate-told').textContent = right ? '' : 'a number above 0, at most 100';
    state.update({ rate: right ? rate : null });
  };
  const scaled = (from, by) => Number(Math.max(1e-6, Math.min(100, from * by)).toPrecision(2));
  field.addEventListener('input', read);
  field.addEventListener('keydown', (event) => {
    const by = { ArrowUp: 1.25, ArrowDown: 0.8 }[event.key];
    if (!by || state.now.rate === null) return;
    event.preventDefault();
    take(scaled(state.now.rate, by));
  });
  let grip = null;
  handle.addEventListener('pointerdown', (event) => {
    handle.setPointerCapture(event.pointerId);
    grip = { x: event.clientX, rate: state.now.rate ?? START.rate };
  });
  handle.addEventListener(
    'pointermove',
    (event) => grip && take(scaled(grip.rate, Math.exp((event.clientX - grip.x) / 60))),
  );
  for (const end of ['pointerup', 'pointercancel']) handle.addEventListener(end, () => (grip = null));
  field.value = String(state.now.rate);
};
