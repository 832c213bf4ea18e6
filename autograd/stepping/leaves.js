// The numbers of the tree's leaves, which a reader drags or types.

/** Make the leaves of a stage changeable, again whenever the stage was built anew. */
const makeLeaves = (model, state, stage) => {
  if (!model.rules) return;
  let tells = [];
  const attach = () => {
    tells = stage.nodes.filter(({ node }) => isChangeable(node)).map(({ node, element, scrub }) => {
      element.classList.add('changeable');
      element.setAttribute('role', 'group'); // a button could hold no number to be changed
      return makeDraggable(scrub, {
        name: labelText(node.label),
        read: () => state.numbers[node.value],
        write: (number) => state.update({ ...withNumber(state, node.value, number), chosen: node }),
      });
    });
  };
  attach();
  document.addEventListener('stagebuilt', attach);
  state.subscribe((before) => {
    if (before.numbers !== state.numbers) for (const tell of tells) tell();
  });
};

/** Whether a node is a leaf that formulas call by its name: a number that stands in them as it is cannot be another. */
const isChangeable = (node) => node.leaf && node.value !== null && (!node.fixed || node.label.base !== '');

/** The change of one leaf's number. */
const withNumber = (state, value, number) => {
  const numbers = Float64Array.from(state.numbers);
  numbers[value] = number;
  return { numbers };
};
