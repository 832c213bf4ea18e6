// Larger, smaller, the whole: for a tree that is larger than its stage.

const ZOOM = 1.25;
const [SMALLEST, LARGEST] = [0.2, 2];

const makeZoom = (stage, host) => {
  const box = host.querySelector('.zoom');
  const button = (text, label, zoom) => {
    const made_ = made('button', { type: 'button', 'aria-label': label }, text);
    made_.addEventListener('click', () => stage.zoomTo(zoom()));
    return made_;
  };
  const kept = (zoom) => Math.min(LARGEST, Math.max(SMALLEST, zoom));
  box.hidden = false;
  box.append(
    button('−', 'Smaller', () => kept(stage.zoom / ZOOM)),
    button('all', 'The whole tree', () => 'all'),
    button('+', 'Larger', () => kept(stage.zoom * ZOOM)),
  );
};
