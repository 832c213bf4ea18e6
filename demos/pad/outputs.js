// The outputs as they are answered: a circle, a name, a bar and a number each.

/** The outputs as they are printed: percentages that add to 100, or activations. */
const textsOf = (model, read) => {
  if (!read.pixels) return [];
  return model.output === 'linear' ? percentages(read.outputs) : Array.from(read.outputs, (a) => a.toFixed(3));
};

const between0And1 = (value) => Math.max(0, Math.min(1, value));

/** A row of the picture, which shows one output: `show(i, ...)`. It stays, so that its bar glides. */
const makeRow = (model, picture, place) => {
  const { narrow, bars, outputRadius: r, barHeight: height } = picture;
  const y = picture.output(place);
  const circle = (attributes) => svg('circle', { cx: picture.outputs, cy: y, r, ...attributes });
  const bar = (kind) => svg('rect', { class: kind, x: bars, y: y - height / 2, width: picture.bar, height, rx: 4 });
  const parts = {
    ground: circle({ class: 'ground' }),
    fill: circle({ fill: 'var(--plus)' }),
    name: svg('text', { class: 'name', x: picture.names, y: y + (narrow ? 6 : 7.5), 'text-anchor': 'middle' }),
    track: bar('track'),
    bar: bar('bar'),
    percent: svg('text', { class: 'percent', x: picture.percent, y: y + 6, 'text-anchor': 'end' }),
    before: svg('path', { class: 'before' }),
    wished: circle({ class: 'wished', r: r + (narrow ? 3 : 4) }),
  };
  const element = svg('g', {}, ...Object.values(parts));

  const show = (i, now, read, text) => {
    const value = read.pixels ? between0And1(read.outputs[i]) : 0;
    const on = read.pixels && i === read.best;
    set(element, { class: on ? 'output on' : 'output' });
    set(parts.ground, { stroke: on ? 'var(--plus)' : 'var(--faint)' });
    set(parts.fill, { 'fill-opacity': value.toFixed(3) });
    parts.name.textContent = model.names[i];
    parts.percent.textContent = text;
    const width = Math.max(1.5, picture.bar * value);
    set(parts.bar, { width, rx: value > 0.1 ? 4 : 1.5 });
    parts.bar.style.width = `${width}px`; // attributes do not glide
    parts.before.style.display = now.before ? '' : 'none';
    if (now.before) {
      const x = bars + picture.bar * between0And1(now.before.outputs[i]);
      set(parts.before, { d: `M${x} ${y - height / 2 - 3}v${height + 6}` });
    }
    parts.wished.style.display = i === now.wished ? '' : 'none';
  };
  return { element, show };
};
