// Larger, smaller, the whole: for a tree that is larger than its stage.

const ZOOM = 1.25;
const [SMALLEST, LARGEST] = [0.2, 2];

const makeZoom = (stage, host) => {
  const box = host.querySelector('.zoom');
  const scroller = host.querySelector('.scroller');
  const button = (text, label, zoom) => {
    const made_ = made('button', { type: 'button', 'aria-label': label }, text);
    made_.addEventListener('click', () => {
      const { clientWidth, clientHeight, scrollLeft, scrollTop } = scroller;
      const before = stage.zoom;
      stage.setZoom(Math.min(LARGEST, Math.max(SMALLEST, zoom())));
      const ratio = stage.zoom / before;
      scroller.scrollTo((scrollLeft + clientWidth / 2) * ratio - clientWidth / 2, (scrollTop + clientHeight / 2) * ratio - clientHeight / 2);
    });
    return made_;
  };
  box.hidden = false;
  box.append(
    button('−', 'Smaller', () => stage.zoom / ZOOM),
    button('all', 'The whole tree', () => stage.fit()),
    button('+', 'Larger', () => stage.zoom * ZOOM),
  );
};
