// The outputs as they are answered: a circle, a name, a bar and a number each.

/** The outputs as they are printed: percentages that add to 100, or activations. */
const textsOf = (model, read) => {
  if (!read.pixels) return [];
  return model.output === 'linear' ? percentages(read.outputs) : Array.from(read.outputs, (a) => a.toFixed(3));
};

/** The row of one output at a place of the picture. */
const outputRow = (model, picture, i, place, now, read, text) => {
  const { narrow, bars, outputRadius: r, barHeight: height } = picture;
  const y = picture.output(place);
  const value = read.pixels ? Math.max(0, Math.min(1, read.outputs[i])) : 0;
  const on = read.pixels && i === read.best;
  const circle = (attributes) => svg('circle', { cx: picture.outputs, cy: y, r, ...attributes });
  const bar = (of, kind) => {
    const width = Math.max(1.5, picture.bar * of);
    return svg('rect', { class: kind, x: bars, y: y - height / 2, width, height, rx: of > 0.1 ? 4 : 1.5 });
  };
  const row = svg(
    'g',
    { class: on ? 'output on' : 'output' },
    circle({ class: 'ground', stroke: on ? 'var(--plus)' : 'var(--faint)' }),
    circle({ fill: 'var(--plus)', 'fill-opacity': value.toFixed(3) }),
    svg('text', {
      class: 'name',
      x: picture.names,
      y: y + (narrow ? 6 : 7.5),
      'text-anchor': 'middle',
      text: model.names[i],
    }),
    bar(1, 'track'),
    bar(value, 'bar'),
    svg('text', { class: 'percent', x: picture.percent, y: y + 6, 'text-anchor': 'end', text }),
  );
  if (now.before) {
    const x = bars + picture.bar * Math.max(0, Math.min(1, now.before.outputs[i]));
    row.append(svg('path', { class: 'before', d: `M${x} ${y - height / 2 - 3}v${height + 6}` }));
  }
  if (i === now.wished) row.append(circle({ class: 'wished', r: r + (narrow ? 3 : 4) }));
  return row;
};
