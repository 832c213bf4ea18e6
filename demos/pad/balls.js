// A hidden neuron in the picture: a ball, the fuller the stronger it answers; below zero it bears a minus.

/** The ball of a neuron, the `at`-th of those shown of its layer; `choose` is called when it is pointed at. */
const makeBall = (picture, layer, neuron, at, choose) => {
  const [x, y] = picture.neuron(layer, at);
  const [r, height] = [picture.radius(layer), picture.rowHeight(layer)];
  const circle = (attributes) => svg('circle', { cx: x, cy: y, r, ...attributes });
  const parts = {
    ring: circle({ r: r + Math.min(5, height * 0.35), class: 'ring' }),
    ground: circle({ class: 'ground' }),
    fill: circle({}),
    sign: svg('path', { d: `M${x - r / 2} ${y}h${r}`, 'stroke-width': Math.max(1, r / 4) }),
  };
  const element = svg('g', { role: 'radio', class: 'neuron' }, ...Object.values(parts));
  element.append(svg('rect', { class: 'hit', x: x - 22, y: y - height / 2, width: 44, height }));
  element.addEventListener('pointerenter', (event) => event.pointerType === 'mouse' && choose());
  element.addEventListener('click', choose);
  return { layer, neuron, at, element, ...parts };
};

const showBall = (ball, now, read) => {
  const a = read.pixels ? read.activations[ball.layer][ball.neuron] : 0;
  const isChosen = now.chosen.layer === ball.layer && now.chosen.neuron === ball.neuron;
  const sign = a < 0 ? 'minus' : 'plus';
  set(ball.element, {
    'aria-checked': isChosen,
    tabindex: isChosen ? 0 : -1,
    'aria-label': `layer ${ball.layer}, neuron ${ball.neuron}: ${read.pixels ? printed(a, 2) : 'no ink'}`,
  });
  ball.ring.style.display = isChosen ? '' : 'none';
  set(ball.ground, { stroke: read.pixels ? `var(--${sign})` : 'var(--faint)' });
  set(ball.fill, { fill: `var(--${sign})`, 'fill-opacity': Math.min(1, Math.abs(a)).toFixed(3) });
  set(ball.sign, { stroke: Math.abs(a) > 0.55 ? 'var(--tile)' : 'var(--minus)' });
  ball.sign.style.display = a < 0 ? '' : 'none';
};

/** The ball that a key leads to from another: up and down in its layer, left and right to the next one shown. */
const ballBy = (key, balls, from, layers) => {
  const of = (layer) => balls.filter((ball) => ball.layer === layer);
  const own = of(from.layer);
  if (key === 'ArrowUp' || key === 'ArrowDown') return own[from.at + (key === 'ArrowUp' ? -1 : 1)];
  const next = of(layers[layers.indexOf(from.layer) + (key === 'ArrowLeft' ? -1 : 1)]);
  return next[Math.min(next.length - 1, Math.round((from.at * next.length) / own.length))];
};
