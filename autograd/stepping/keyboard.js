// Keys of the whole page: space plays, arrows step, C goes to the turn, Home and End to the ends.

const TYPES_TEXT = 'input, textarea, select, [contenteditable]';

const makeKeyboard = (model, state) => {
  const actions = {
    ArrowRight: () => ({ step: state.step + 1 }),
    ArrowLeft: () => ({ step: state.step - 1 }),
    Home: () => ({ step: 0 }),
    End: () => ({ step: model.steps.length - 1 }),
    c: () => ({ step: model.turn - 1 }),
  };
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPES_TEXT)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // A button that has the focus is pressed by space as everywhere.
    if (key === ' ' && !event.target.closest?.('button, a, summary')) {
      event.preventDefault();
      togglePlay(model, state);
    } else if (actions[key]) {
      event.preventDefault();
      state.update({ ...actions[key](), playing: false });
    }
  });
};
