// What happens at a step, as an equation in the shapes of the tree, and in words.

const operator = (sign) => made('span', { class: 'operator' }, sign);
const named = (label, kind) => made('span', { class: `symbol ${kind ?? ''}` }, mathOf(labelSource(label)));
const nodeNamed = (node) => (node.label.base ? named(node.label, node.kind) : made('span', { class: 'symbol' }, `the ${node.kind}`));
const gradOf = (node) => [nodeNamed(node), made('span', { class: 'code' }, '.grad')];
const figure = (value) => made('span', { class: 'number' }, shown(value));
const held = (value) => {
  const told = shown(value);
  return made('span', { class: 'number' }, told.startsWith('−') ? `(${told})` : told);
};
const pill = (kind, ...content) => made('span', { class: `pill ${kind}` }, ...content);

const MOST_TERMS = 6;

/** The terms of a sum that grows, in numbers; of many the first and the last. */
const growing = (terms) => {
  const told = terms.length > MOST_TERMS ? [...terms.slice(0, 2), null, ...terms.slice(-2)] : terms;
  return told.flatMap((term, i) => {
    const sign = term !== null && term < 0 && i ? '−' : '+';
    const size = term === null ? '…' : shown(i && term < 0 ? -term : term);
    return [i ? operator(` ${sign} `) : null, made('span', { class: `number${i === told.length - 1 ? ' new' : ''}` }, size)];
  });
};

/** A gradient as the sum of its shares so far. */
const sumTold = (model, { moment }, node) => [
  made('span', { class: 'shares' }, ...growing(moment.terms.get(node.id)), operator(' = '), figure(moment.sums.get(node.id))),
];

const WRITERS = {
  start: (model, state) => ({
    words: ['The leaves hold the numbers you gave.', model.rules ? ' Change one, and everything is computed again.' : ''],
    equation: model.nodes
      .filter((node) => node.leaf && node.value !== null && node.label.base)
      .slice(0, 5)
      .flatMap((node, i) => [i ? operator(',') : null, named(node.label, node.kind), operator('='), figure(state.values[node.value])]),
  }),
  forward: (model, state, { node }) => {
    if (node.value === null) return { words: [meaningOf(node)], equation: [made('span', { class: 'plain' }, [node.title, ...node.told].join(': '))] };
    const equation = [nodeNamed(node), operator('=')];
    if (node.pieces) {
      const symbols = mathOf(inSymbols(node.pieces, model.labelOf));
      const numbers = mathOf(inNumbers(node.pieces, state.values));
      equation.push(symbols, operator('='));
      if (numbers.textContent !== shown(state.values[node.value])) equation.push(numbers, operator('='));
    }
    return { words: [meaningOf(node)], equation: [...equation, pill('value', figure(state.values[node.value]))] };
  },
  seed: (model, state, { node }) => (node.fixed ? { words: ['The output is a constant: there is no way back.'], equation: [] } : {
    words: ['The way back begins at the output: it follows itself one to one.'],
    equation: [...gradOf(node), operator('='), mathOf(ratioSource(node.label, node.label)), operator('='), pill('out', figure(1))],
  }),
  pass: (model, state, { node, from, edge }) => {
    const { before, terms } = state.moment;
    const factor = state.partials[edge.id];
    const gradient = state.gradients[from.value];
    const all = terms.get(node.id);
    const share = all.at(-1);
    const again = before !== null;
    return {
      words: again
        ? ['Another way from ', nodeNamed(node), ' to the output: ', ...sumTold(model, state, node), '.']
        : ['How the output follows ', nodeNamed(from), ', times how ', nodeNamed(from), ' follows ', nodeNamed(node), '.'],
      equation: [
        made('span', {}, gradOf(node)), operator('+='),
        pill('gradient', gradOf(from)), operator('·'), pill('factor', mathOf(ratioSource(from.label, node.label))), operator('='),
        pill('gradient', held(gradient)), operator('·'), pill('factor', held(factor)), operator('='), pill('out', figure(share)),
      ],
    };
  },
  hidden: (model, state, { node, edges }) => {
    const { before, terms } = state.moment;
    const all = terms.get(node.id);
    const ways = edges.length ? `by way of ${edges.map((edge) => edge.to.title).join(', ')}` : 'by ways that are not drawn';
    return {
      words: ['What comes to ', nodeNamed(node), ` ${ways}`, ...(before === null ? [] : [': ', ...sumTold(model, state, node)]), '.'],
      equation: [
        made('span', {}, gradOf(node)), operator('+='), made('span', { class: 'plain' }, 'all that comes so'), operator('='), pill('out', figure(all.at(-1))),
      ],
    };
  },
  bundle: (model, state, { node, from }) => ({
    words: [`${node.members.toLocaleString('en')} values get their shares in the same way, each along its own edge.`],
    equation: [
      made('span', { class: 'plain' }, node.title), operator('+='),
      from.value === null ? made('span', { class: 'plain' }, `gradients of ${from.title}`) : pill('gradient', gradOf(from)),
      operator('·'), made('span', { class: 'plain' }, 'their own partials'),
    ],
  }),
};

/** How far a step is: the phase, and its number in it. */
const phaseOf = (model, at) => {
  if (at === 0) return ['Start', ''];
  if (at < model.turn) return ['Forward →', `${at} of ${model.turn - 1}`];
  return ['Backward ←', `${at - model.turn + 1} of ${model.steps.length - model.turn}`];
};

const isBroken = ({ firstChild, lastChild }) => firstChild && lastChild.offsetTop > firstChild.offsetTop + firstChild.offsetHeight;

const MEASURED = 30;

const makeSentence = (model, state, box, live) => {
  const phase = made('b', {});
  const words = made('span', { class: 'words' });
  const equation = made('div', { class: 'equation' });
  box.classList.toggle('long', model.nodes.length > FEW_NODES);
  box.append(made('div', { class: 'top' }, phase, words), equation);
  const write = (at) => {
    const { step } = at.moment;
    const told = WRITERS[step.kind](model, at, step);
    box.dataset.phase = isBackward(step) ? 'back' : 'forward';
    phase.textContent = phaseOf(model, at.moment.at).join(' ').trim();
    words.replaceChildren(...told.words.filter(Boolean));
    equation.replaceChildren(...told.equation.flat(Infinity).filter(Boolean));
    // One line where it can be: smaller rather than broken.
    box.classList.remove('tight', 'tighter');
    for (const kind of ['tight', 'tighter']) if (isBroken(equation)) box.classList.add(kind);
  };

  /** Keep the room that the longest of the steps needs, so that nothing moves while one steps. */
  const reserve = () => {
    box.style.minHeight = '';
    const apart = Math.max(1, Math.ceil(model.steps.length / MEASURED));
    let most = 0;
    for (let at = 0; at < model.steps.length; at += apart) {
      write({ ...state, moment: momentOf(model, state, at) });
      most = Math.max(most, box.offsetHeight);
    }
    box.style.minHeight = `${most}px`;
    write(state);
  };

  let width = 0;
  const render = (before) => {
    if (box.clientWidth !== width) {
      width = box.clientWidth;
      if (width < NARROW) box.style.minHeight = ''; // there the page scrolls, and the buttons stay where they are
      else reserve();
    }
    write(state);
    // A screen reader hears a step once, and no number while it is dragged.
    if (before && before.step !== state.step) live.textContent = heard(phase, words, equation);
  };
  new ResizeObserver(() => render()).observe(box);
  return { render };
};

/** A step for those who hear it: formulas as their text. */
const heard = (...parts) =>
  parts
    .map((part) => spoken(part).replace(/\s+/g, ' ').trim().replace(/\.$/, ''))
    .filter(Boolean)
    .join('. ');
