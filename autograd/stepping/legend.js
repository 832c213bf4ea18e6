// What colours and shapes mean, of those that the tree has.

const KINDS = [['parameter', 'parameter'], ['input', 'input'], ['target', 'wished output'], ['constant', 'constant'], ['sum', 'sum'], ['cost', 'output']];

const makeLegend = (model, box) => {
  const has = (kind) => model.nodes.some((node) => node.kind === kind);
  const swatch = (kind) => made('i', { class: `swatch ${kind}` });
  box.append(
    ...KINDS.filter(([kind]) => has(kind)).map(([kind, text]) => made('span', {}, swatch(kind), text)),
    ...(model.rules ? [made('span', {}, made('i', { class: 'sample number' }, '0.8'), 'can be changed')] : []),
    made('span', {}, swatch('gradient'), 'gradient ', mathOf(ratioSource(model.output.label, { base: '·', sup: '', sub: '' }))),
  );
};
