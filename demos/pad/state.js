// What the reader has done, and what follows from it. Views redraw when it changes.

const START = {
  strokes: [],
  image: null,
  pen: 'medium',
  tool: 'pen',
  wished: 0,
  chosen: { layer: 1, neuron: 0 },
  rate: 0.05,
};

const makeState = (model, begun) => {
  const watchers = [];
  let now = { ...START, parameters: model.learned, steps: 0, before: null, ...begun };
  let past = [];
  let read = null;

  const readAnew = (was) => {
    const same = was && was.strokes === now.strokes && was.image === now.image && was.pen === now.pen;
    const drawn = same ? read.drawn : now.image === null ? formed(now.strokes, now.pen, model.form) : null;
    const pixels = now.image === null ? drawn && drawn.pixels : model.image(now.image);
    if (!pixels) return { drawn: null, pixels: null };
    const activations = activationsOf(model, pixels, now.parameters);
    const outputs = activations[activations.length - 1];
    const { cost, gradient } = slopesOf(model, pixels, now.wished, now.parameters);
    return { drawn, pixels, activations, outputs, best: largest(outputs), cost, gradient };
  };

  const update = (changes) => {
    const was = now;
    now = { ...now, ...changes };
    const reads = ['strokes', 'image', 'pen', 'wished', 'parameters'];
    if (reads.some((key) => was[key] !== now[key])) read = readAnew(was);
    for (const watcher of watchers) watcher(now, read);
  };

  read = readAnew(null);
  return {
    get now() {
      return now;
    },
    get read() {
      return read;
    },
    update,
    watch: (watcher) => watchers.push(watcher),
    /** A change of what is on the pad, which `undo` takes back. */
    draw: (changes) => {
      past = [...past.slice(-99), { strokes: now.strokes, image: now.image, wished: now.wished }];
      update({ before: null, image: null, ...changes });
    },
    /** The stroke under the pen grows: no step of its own to undo. */
    grow: (strokes) => update({ strokes }),
    undo: () => past.length && update({ ...past.pop(), before: null }),
    get canUndo() {
      return past.length > 0;
    },
  };
};
