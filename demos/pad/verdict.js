// What is read, large, and said to those who hear the page.

const PAUSE = 400; // milliseconds: while a stroke grows nothing is said

const makeVerdict = (state, model) => {
  let waiting = null;
  const render = (now, read) => {
    const texts = textsOf(model, read);
    byId('read').textContent = read.pixels ? model.names[read.best] : '?';
    byId('sure').textContent = read.pixels ? texts[read.best] : '';
    const given =
      now.image === null
        ? ''
        : model.digits[now.image] === read.best
          ? 'rightly'
          : `but is a ${model.names[model.digits[now.image]]}`;
    byId('truth').textContent = read.pixels ? given : 'nothing drawn';
    const heard = read.pixels
      ? `read as ${model.names[read.best]}, ${texts[read.best]}${given && `, ${given}`}`
      : 'nothing is drawn: nothing is read';
    clearTimeout(waiting);
    waiting = setTimeout(() => (byId('said').textContent = heard), PAUSE);
  };
  return { render };
};
