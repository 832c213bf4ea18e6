// The chain rule of the chosen node: a rectangle is an edge's derivative, the filled one is that of the step.

const MOST_COLUMNS = 3;
const MOST_ROWS = 10; // of a ledger, which leaves out the middle of longer ones
const LEDGER_ENDS = 4;

/** The view of the chain rule, in an element of the page. */
const makeChain = (model, state, element) => {
  const heading = made('h2', { id: 'chain-heading' });
  const body = made('div', { class: 'chain' });
  const hint = matchMedia('(pointer: coarse)').matches ? 'tap any node' : 'click any node';
  element.append(made('div', { class: 'title' }, heading, made('span', { class: 'hint' }, hint)), body);
  element.setAttribute('aria-labelledby', 'chain-heading');

  let last = {};

  const render = () => {
    const node = state.chosen;
    heading.replaceChildren('Chain rule for ', mathOf(labelSource(node.label)));
    const told = derivationOf(model, node);
    const view = factorsOf(model, state, numberedEdges(model, node));
    const forms = told.kind === 'product' ? [CHAINS.product, CHAINS.rows] : [CHAINS[told.kind]];
    const width = body.clientWidth;
    // While a node stays chosen what was set smaller stays so: nothing jumps while a number is dragged.
    if (last.node !== node || last.width !== width) last = { node, width, setting: 0 };
    const settings = forms.flatMap((form) => SIZES.map((size) => [form, size]));
    for (; ; last.setting++) {
      const [form, size] = settings[last.setting];
      body.className = `chain ${size}`;
      body.replaceChildren(...form(told, node, view, model, state));
      if (last.setting === settings.length - 1 || !isTooWide(body)) break;
    }
    if (body.querySelector('.unknown')) body.append(remark('Numbers appear as the pass goes back.'));
  };
  render();
  return { render };
};

const SIZES = ['', 'tight', 'tight tightest', 'tight tightest bare'];

const isTooWide = (element) => [element, ...element.children].some((part) => part.scrollWidth > element.clientWidth + 1);

/** What all forms show of an edge: its ratio, symbol and number, and whether it is at work, or was. */
const factorsOf = (model, state, numbers) => {
  const { used, step } = state.moment;
  const view = {
    isNow: (edge) => step.edge === edge,
    isUsed: (edge) => used.has(edge.id),
    badge: (edge) => (numbers.has(edge.id) ? made('span', { class: 'badge', 'aria-hidden': 'true' }, numbers.get(edge.id)) : ''),
    ratio: (edge) => mathOf(ratioSource(edge.to.label, edge.from.label)),
    symbol: (edge) => (edge.symbol ? mathOf(inSymbols(edge.symbol, model.labelOf)) : view.ratio(edge)),
    amount: (edge, held = true) => (view.isUsed(edge) ? numeral(state.partials[edge.id], held) : notYet()),
    tone: (edge) => `factor${view.isNow(edge) ? ' now' : ''}`,
  };
  return view;
};

/** A number as text, in parentheses where it is negative and a factor. */
const numeral = (value, held = false) => {
  const told = shown(value);
  return made('span', { class: 'number' }, held && told.startsWith('−') ? `(${told})` : told);
};

const notYet = () => made('span', { class: 'unknown' }, made('span', { 'aria-hidden': 'true' }, '?'), made('span', { class: 'unseen' }, 'not yet'));

const operatorSign = (text) => made('span', { class: 'sign' }, text);

const separated = (parts, text) => parts.flatMap((part, at) => (at ? [operatorSign(text), part] : [part]));

const ratioOf = (above, below) => mathOf(ratioSource(above.label, below.label));

const remark = (...parts) => made('p', { class: 'remark' }, ...parts);

/** The derivative itself, once all uses of the node have added to it. */
const outcome = (node, state, held = false) =>
  node.out.every((edge) => state.moment.used.has(edge.id))
    ? made('span', { class: 'outcome' }, numeral(state.gradients[node.value], held))
    : made('span', { class: 'later' }, 'known on the way back');

/** Of one node that the output is, or that has no derivative. */
const asItself = (told, node) => [made('div', { class: 'line' }, ratioOf(node, node), operatorSign('='), made('span', { class: 'outcome' }, '1'))];

const noDerivative = (told, node) => [
  remark(node.value === null ? 'Several values in one node. Choose one that is drawn by itself.' : 'A constant: the reverse pass keeps no gradient for it.'),
];

/** One product: columns, or where they are more a ledger. */
const asProduct = (told, ...rest) => (told.lead.length <= MOST_COLUMNS ? asColumns : asLedger)(told, ...rest);

/** Up to three factors: each a column, symbols over numbers. */
const asColumns = ({ lead: edges }, node, view, model, state) => {
  const cells = [];
  const put = (row, column, cell, kind = '') =>
    cells.push(made('div', { class: `cell ${kind}`.trim(), style: `grid-row: ${row}; grid-column: ${column}` }, cell));
  edges.forEach((edge, i) => {
    const style = `grid-row: 1 / 5; grid-column: ${3 + 2 * i}`;
    cells.push(made('div', { class: `column ${view.tone(edge)}`, style, 'aria-hidden': 'true' }));
  });
  put(2, 1, ratioOf(model.output, node), 'left');
  [view.badge, view.ratio, view.symbol, view.amount].forEach((show, at) => {
    if (at) put(at + 1, 2, '=');
    edges.forEach((edge, i) => {
      if (i && at) put(at + 1, 2 + 2 * i, '·');
      put(at + 1, 3 + 2 * i, show(edge), view.tone(edge));
    });
  });
  put(5, 2, '=');
  cells.push(made('div', { class: 'cell result', style: 'grid-row: 5; grid-column: 3 / -1' }, outcome(node, state)));
  const widths = edges.map((_, i) => (i ? '14px auto' : 'auto')).join(' ');
  const isKnown = edges.length > 1 && edges.every(view.isUsed);
  const more = isKnown ? [remark('Columns are the edges of the lit path, in its order.')] : [];
  return [made('div', { class: 'columns', style: `grid-template-columns: auto 22px ${widths}` }, cells), ...more];
};

/** More factors: from the output down, with the product so far, which is the gradient of each node on the way. */
const asLedger = ({ lead: edges }, node, view, model, state) => {
  const rows = [...edges].reverse();
  let running = 1;
  const shownRows = rows.map((edge, at) => {
    running = running === 0 ? 0 : running * state.partials[edge.id]; // as in the reverse pass nothing comes through a 0
    const far = view.isUsed(edge) ? [numeral(running), made('span', {}, made('span', { class: 'at' }, 'at '), mathOf(labelSource(edge.from.label)))] : [];
    return rowOf(edge, view, far, at);
  });
  const kept = rows.length <= MOST_ROWS ? shownRows : [
    ...shownRows.slice(0, LEDGER_ENDS),
    made('tr', {}, made('td', { colspan: 5, class: 'elided' }, `… ${rows.length - 2 * LEDGER_ENDS} more edges …`)),
    ...shownRows.slice(-LEDGER_ENDS),
  ];
  const few = edges.length <= 6 ? edges : [...edges.slice(0, 2), null, ...edges.slice(-2)];
  const names = separated(few.map((edge) => (edge ? made('span', { class: 'lit' }, view.ratio(edge)) : '…')), '·');
  const head = made('tr', {}, made('th', { colspan: 3, scope: 'colgroup' }, 'from the output down'), made('th', { colspan: 2, scope: 'colgroup', class: 'lit' }, 'product so far'));
  return [
    made('div', { class: 'line' }, ratioOf(model.output, node), operatorSign('='), names),
    made('table', { class: 'ledger' }, made('thead', {}, head), made('tbody', {}, kept)),
  ];
};

const rowOf = (edge, view, far, at) => made(
  'tr', { class: view.isNow(edge) ? 'now' : null, 'data-row': at },
  made('td', { class: 'name' }, made('span', { class: 'held' }, view.badge(edge), view.ratio(edge))),
  made('td', { class: 'symbol' }, edge.symbol ? view.symbol(edge) : made('span', { title: 'A formula of too many names to be read here' }, '…')),
  made('td', { class: 'amount' }, view.amount(edge, false)),
  made('td', { class: 'far' }, far[0] ?? ''),
  made('td', { class: 'where' }, far[1] ?? ''),
);

/** Several paths: their products, added; the first are written. */
const overPaths = (told, node, view, model, state) => {
  const [written, others] = firstOf(told.routes, TOLD_ROUTES);
  const valueOf = (route) => passedBack(route.map((edge) => state.partials[edge.id]));
  const terms = written.map((route, at) => {
    const used = route.every(view.isUsed);
    const symbols = route.map((edge) => made('span', { class: `tile ${view.tone(edge)}` }, view.badge(edge), view.symbol(edge)));
    return made(
      'div', { class: 'term', role: 'listitem' },
      made('div', { class: 'line' }, operatorSign(at ? '+' : '='), separated(symbols, '·')),
      made('div', { class: 'line numbers' }, operatorSign('='), separated(route.map((edge) => view.amount(edge)), '·'), operatorSign('='), used ? made('b', {}, numeral(valueOf(route))) : notYet()),
    );
  });
  const areUsed = others.flat().every(view.isUsed);
  const more = areUsed ? [operatorSign('='), numeral(others.reduce((sum, route) => sum + valueOf(route), 0))] : [];
  return [
    made('div', { class: 'line' }, ratioOf(model.output, node), operatorSign('='), made('span', { class: 'words' }, `the sum over ${told.routes.length} paths`)),
    made('div', { class: 'terms', role: 'list' }, terms),
    others.length ? made('div', { class: 'line numbers' }, operatorSign('+'), made('span', { class: 'words' }, `${others.length} more paths`), more) : '',
    made('div', { class: 'line total' }, operatorSign('='), outcome(node, state)),
  ];
};

/** A product of derivatives from the output back: nothing comes through a 0. */
const passedBack = (partials) => [...partials].reverse().reduce((so, partial) => (so === 0 ? 0 : so * partial), 1);

/** Many paths: the document's recursive form, a sum over what uses the node next. */
const overUsers = (told, node, view, model, state) => {
  const { lead, fork, branches, open } = told;
  const known = (edge) => view.isUsed(edge);
  const share = (edge) => passedBack([state.partials[edge.id], state.gradients[edge.to.value]]);
  const [first, later] = firstOf(branches, TOLD_USERS);
  const rows = first.map((edge, at) => made(
    'tr', { class: view.isNow(edge) ? 'now' : null },
    made('td', { class: 'plus' }, at ? '+' : ''),
    made('td', { class: 'name' }, made('span', { class: 'held' }, view.badge(edge), view.ratio(edge))),
    made('td', { class: 'symbol' }, edge.symbol ? view.symbol(edge) : ''),
    made('td', { class: 'amount' }, view.amount(edge)),
    made('td', { class: 'dot' }, '·'),
    made('td', { class: 'gradient' }, made('span', { class: 'held' }, ratioOf(model.output, edge.to), known(edge) ? numeral(state.gradients[edge.to.value], true) : notYet())),
    made('td', { class: 'far' }, known(edge) ? numeral(share(edge)) : ''),
  ));
  const sumOf = (edges) => (edges.every(known) ? numeral(edges.reduce((sum, edge) => sum + share(edge), 0)) : '');
  if (later.length) rows.push(restRow(`${later.length} more that use it`, sumOf(later)));
  if (open) {
    const drawnSum = branches.reduce((sum, edge) => sum + share(edge), 0);
    const hidden = fork.out.every(known) ? numeral(withoutDust(state.gradients[fork.value] - drawnSum, drawnSum)) : '';
    rows.push(restRow('through what is not drawn', hidden));
  }
  const leadLine = lead.length
    ? [
        made('div', { class: 'line' }, ratioOf(model.output, node), operatorSign('='), separated([...lead.map((edge) => made('span', { class: `tile ${view.tone(edge)}` }, view.badge(edge), view.ratio(edge))), ratioOf(model.output, fork)], '·')),
        made('div', { class: 'line numbers' }, operatorSign('='), separated([...lead.map((edge) => view.amount(edge)), outcome(fork, state, true)], '·'), operatorSign('='), outcome(node, state)),
      ]
    : [];
  const count = pathsTold(model, node.value);
  return [
    ...leadLine,
    made('div', { class: 'line' }, ratioOf(model.output, fork), operatorSign('='), made('span', { class: 'words' }, open ? 'the sum over all that use it' : `the sum over ${branches.length} that use it`)),
    made('table', { class: 'ledger uses' }, made('tbody', {}, rows)),
    made('div', { class: 'line total' }, operatorSign('='), outcome(fork, state)),
    remark(`${count} paths lead from `, mathOf(labelSource(node.label)), ' to ', mathOf(labelSource(model.output.label)), '.'),
  ];
};

const restRow = (words, amount) => made('tr', { class: 'rest' }, made('td', { class: 'plus' }, '+'), made('td', { colspan: 5, class: 'words' }, words), made('td', { class: 'far' }, amount));

/** A difference without what rounding leaves of equal numbers. */
const withoutDust = (difference, size) => (Math.abs(difference) <= Math.abs(size) * 1e-13 ? 0 : difference);

const CHAINS = { itself: asItself, none: noDerivative, product: asProduct, paths: overPaths, users: overUsers, rows: asLedger };
