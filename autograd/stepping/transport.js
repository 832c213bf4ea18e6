// Buttons: to the start, back, play, on, to the end; how fast.

const STEP_TIME = 1400;
const ICONS = {
  first: 'M4 4h2.4v12H4zM16.5 4v12L7.5 10z',
  back: 'M14 4v12L5 10z',
  play: 'M6 3.2v13.6L17 10z',
  pause: 'M4.5 3.5h4v13h-4zM11.5 3.5h4v13h-4z',
  on: 'M6 4v12l9-6z',
};
const SPEEDS = [['½×', 0.5], ['1×', 1], ['2×', 2]];

const iconOf = (name) => drawn('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, drawn('path', { d: ICONS[name] }));

const togglePlay = (model, state) => {
  const ended = state.step === model.steps.length - 1;
  state.update(state.playing ? { playing: false } : { playing: true, step: ended ? 0 : state.step });
};

const makeTransport = (model, state, box) => {
  const button = (name, label, action) => {
    const made_ = made('button', { class: name, 'aria-label': label, type: 'button' }, iconOf(name));
    made_.addEventListener('click', action);
    return made_;
  };
  const goTo = (step) => state.update({ step: step(), playing: false });
  const play = button('play', 'Play', () => togglePlay(model, state));
  const track = made('div', { class: 'track' });
  const speeds = SPEEDS.map(([label, speed]) => {
    const choice = made('button', { type: 'button', 'aria-label': `Speed ${label}` }, label);
    choice.addEventListener('click', () => state.update({ speed }));
    return choice;
  });
  const keys = [['space', 'play'], ['← →', 'step'], ['C', 'to the turn'], ['Tab', 'to a node or number']];
  box.append(
    made('div', { class: 'buttons' },
      button('first', 'To the start', () => goTo(() => 0)),
      button('back', 'One step back', () => goTo(() => state.step - 1)),
      play,
      button('on', 'One step on', () => goTo(() => state.step + 1)),
    ),
    track,
    made('div', { class: 'choices', role: 'group', 'aria-label': 'Speed' }, speeds),
    made('div', { class: 'keys' }, keys.map(([key, what]) => made('span', {}, key.split(' ').map((one) => made('kbd', {}, one)), what))),
  );

  let timer = 0;
  const render = (before) => {
    speeds.forEach((choice, i) => choice.setAttribute('aria-pressed', SPEEDS[i][1] === state.speed));
    document.documentElement.style.setProperty('--speed', state.speed);
    if (before && before.playing === state.playing && before.speed === state.speed) return;
    play.setAttribute('aria-label', state.playing ? 'Pause' : 'Play');
    play.replaceChildren(iconOf(state.playing ? 'pause' : 'play'));
    clearInterval(timer);
    if (!state.playing) return;
    timer = setInterval(() => {
      const last = model.steps.length - 1;
      state.update({ step: state.step + 1, playing: state.step + 1 < last });
    }, STEP_TIME / state.speed);
  };
  return { render, track: makeTrack(model, state, track) };
};
