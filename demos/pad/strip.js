// The test images, in a strip to choose from; those misread are marked.

const THUMB = 34;

const makeStrip = (state, model) => {
  const list = byId('strip');
  const named = (k) => model.names[model.digits[k]];
  const buttons = Array.from(model.digits, (_, k) => {
    const canvas = html('canvas', { 'aria-hidden': 'true' });
    const button = html(
      'button',
      { role: 'option', tabindex: -1, 'aria-label': `test image ${k}: ${named(k)}` },
      canvas,
      html('span', { text: named(k) }),
    );
    button.addEventListener('click', () => choose(k));
    return button;
  });
  list.append(...buttons);
  const choose = (k) => state.draw({ image: k, wished: model.digits[k] });
  roving(list, () => buttons, ALONG, choose);
  const step = (by) => list.scrollBy({ left: by * list.clientWidth * 0.8, behavior: 'auto' });
  byId('earlier').addEventListener('click', () => step(-1));
  byId('later').addEventListener('click', () => step(1));

  const paint = () => {
    const colours = palette();
    for (const [k, button] of buttons.entries())
      paintInk(sheet(button.firstChild, THUMB, THUMB), model.image(k), model.width, THUMB, colours);
  };
  let [judged, shown] = [null, null];
  const judge = (parameters) => {
    buttons.forEach((button, k) => {
      const read = largest(activationsOf(model, model.image(k), parameters).pop());
      button.classList.toggle('misread', read !== model.digits[k]);
      button.title = read === model.digits[k] ? '' : `read as ${model.names[read]}`;
    });
    judged = parameters;
  };
  const render = (now) => {
    if (judged !== now.parameters) judge(now.parameters);
    buttons.forEach((button, k) =>
      set(button, { 'aria-selected': k === now.image, tabindex: k === (now.image ?? 0) ? 0 : -1 }),
    );
    if (now.image !== null && shown !== now.image)
      buttons[now.image].scrollIntoView({ block: 'nearest', inline: 'nearest' });
    shown = now.image;
  };
  paint();
  return { render, paint };
};
