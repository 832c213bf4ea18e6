// The chain rule of the chosen node: a rectangle is an edge's derivative, the filled one is that of the step.

const MOST_COLUMNS = 3;
const MOST_ROWS = 10; // of a ledger, which leaves out the middle of longer ones
const LEDGER_ENDS = 4;
const MOST_NAMES = 6; // on the line above it

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
    badge: (edge) => made('span', { class: 'badge', 'aria-hidden': 'true', hidden: !numbers.has(edge.id) }, numbers.get(edge.id)),
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

const notYet = () =>
  made('span', { class: 'unknown' }, made('span', { 'aria-hidden': 'true' }, '?'), made('span', { class: 'unseen' }, 'not yet'));

const sign = (text) => made('span', { class: 'sign' }, text);

const words = (text) => made('span', { class: 'words' }, text);

const line = (kind, ...parts) => made('div', { class: `line ${kind}`.trim() }, ...parts);

const cell = (kind, ...parts) => made('td', { class: kind }, ...parts);

const separated = (parts, text) => parts.flatMap((part, at) => (at ? [sign(text), part] : [part]));

const ratioOf = (above, below) => mathOf(ratioSource(above.label, below.label));

const remark = (...parts) => made('p', { class: 'remark' }, ...parts);

/** A product of derivatives, from the output back. */
const passedBack = (partials) => [...partials].reverse().reduce(passedOn, 1);

/** The derivative itself, once all uses of the node have added to it. */
const outcome = (node, state, held = false) =>
  node.out.every((edge) => state.moment.used.has(edge.id))
    ? made('span', { class: 'outcome' }, numeral(state.gradients[node.value], held))
    : made('span', { class: 'later' }, 'known on the way back');

/** Of one node that the output is, or that has no derivative. */
const asItself = (told, node) => [line('', ratioOf(node, node), sign('='), made('span', { class: 'outcome' }, '1'))];

const NO_DERIVATIVE = {
  block: 'Several values in one node. Choose one that is drawn by itself.',
  constant: 'A constant: the reverse pass keeps no gradient for it.',
};

const noDerivative = (told, node) => [remark(NO_DERIVATIVE[node.value === null ? 'block' : 'constant'])];

/** One product: columns, or where they are more a ledger. */
const asProduct = (told, ...rest) => (told.lead.length <= MOST_COLUMNS ? asColumns : asLedger)(told, ...rest);

/** Up to three factors: each a column, symbols over numbers. */
const asColumns = ({ lead: edges }, node, view, model, state) => {
  const cells = [];
  const put = (row, column, content, kind = '') =>
    cells.push(made('div', { class: `cell ${kind}`.trim(), style: `grid-row: ${row}; grid-column: ${column}` }, content));
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
  let soFar = 1;
  const rows = [...edges].reverse().map((edge) => {
    soFar = passedOn(soFar, state.partials[edge.id]);
    return ledgerRow(edge, view, soFar);
  });
  const left = rows.length - 2 * LEDGER_ENDS;
  const elided = made('tr', {}, made('td', { colspan: 5, class: 'elided' }, `… ${left} more edges …`));
  const kept = rows.length <= MOST_ROWS ? rows : [...rows.slice(0, LEDGER_ENDS), elided, ...rows.slice(-LEDGER_ENDS)];
  const few = edges.length <= MOST_NAMES ? edges : [...edges.slice(0, 2), null, ...edges.slice(-2)];
  const names = few.map((edge) => (edge ? made('span', { class: 'lit' }, view.ratio(edge)) : '…'));
  const head = made(
    'tr', {},
    made('th', { colspan: 3, scope: 'colgroup' }, 'from the output down'),
    made('th', { colspan: 2, scope: 'colgroup', class: 'lit' }, 'product so far'),
  );
  return [
    line('', ratioOf(model.output, node), sign('='), separated(names, '·')),
    made('table', { class: 'ledger' }, made('thead', {}, head), made('tbody', {}, kept)),
  ];
};

const TOO_LONG = 'A formula of too many names to be read here';

const ledgerRow = (edge, view, soFar) => {
  const at = made('span', {}, made('span', { class: 'at' }, 'at '), mathOf(labelSource(edge.from.label)));
  return made(
    'tr', { class: view.isNow(edge) ? 'now' : null },
    cell('name', made('span', { class: 'held' }, view.badge(edge), view.ratio(edge))),
    cell('symbol', edge.symbol ? view.symbol(edge) : made('span', { title: TOO_LONG }, '…')),
    cell('amount', view.amount(edge, false)),
    cell('far', view.isUsed(edge) ? numeral(soFar) : ''),
    cell('where', view.isUsed(edge) ? at : ''),
  );
};

/** Several paths: their products, added; the first are written. */
const overPaths = (told, node, view, model, state) => {
  const [written, others] = firstOf(told.routes, TOLD_ROUTES);
  const valueOf = (route) => passedBack(route.map((edge) => state.partials[edge.id]));
  const tileOf = (edge) => made('span', { class: `tile ${view.tone(edge)}` }, view.badge(edge), view.symbol(edge));
  const terms = written.map((route, at) => {
    const numbers = separated(route.map((edge) => view.amount(edge)), '·');
    const value = route.every(view.isUsed) ? made('b', {}, numeral(valueOf(route))) : notYet();
    return made(
      'div', { class: 'term', role: 'listitem' },
      line('', sign(at ? '+' : '='), separated(route.map(tileOf), '·')),
      line('numbers', sign('='), numbers, sign('='), value),
    );
  });
  const isKnown = others.flat().every(view.isUsed);
  const sum = isKnown ? [sign('='), numeral(others.reduce((so, route) => so + valueOf(route), 0))] : [];
  return [
    line('', ratioOf(model.output, node), sign('='), words(`the sum over ${told.routes.length} paths`)),
    made('div', { class: 'terms', role: 'list' }, terms),
    others.length ? line('numbers', sign('+'), words(`${others.length} more paths`), sum) : '',
    line('total', sign('='), outcome(node, state)),
  ];
};

/** Many paths: the document's recursive form, a product up to a fork and there a sum over what uses the node next. */
const overUsers = (told, node, view, model, state) => {
  const { fork, branches, open } = told;
  const uses = open ? 'the sum over all that use it' : `the sum over ${branches.length} that use it`;
  const count = pathsTold(model, node.value);
  return [
    ...upToFork(told, node, view, model, state),
    line('', ratioOf(model.output, fork), sign('='), words(uses)),
    made('table', { class: 'ledger uses' }, made('tbody', {}, rowsOfUsers(told, view, model, state))),
    line('total', sign('='), outcome(fork, state)),
    remark(`${count} paths lead from `, mathOf(labelSource(node.label)), ' to ', mathOf(labelSource(model.output.label)), '.'),
  ];
};

/** The product that leads to the fork, by name and in numbers; nothing where the node is the fork. */
const upToFork = ({ lead, fork }, node, view, model, state) => {
  if (!lead.length) return [];
  const tiles = lead.map((edge) => made('span', { class: `tile ${view.tone(edge)}` }, view.badge(edge), view.ratio(edge)));
  const numbers = [...lead.map((edge) => view.amount(edge)), outcome(fork, state, true)];
  return [
    line('', ratioOf(model.output, node), sign('='), separated([...tiles, ratioOf(model.output, fork)], '·')),
    line('numbers', sign('='), separated(numbers, '·'), sign('='), outcome(node, state)),
  ];
};

/** A row for each use: its partial, the gradient of what uses it, their product; and what is left out. */
const rowsOfUsers = ({ fork, branches, open }, view, model, state) => {
  const sumOf = (edges) => edges.reduce((sum, edge) => sum + shareOf(edge, state), 0);
  const [first, later] = firstOf(branches, TOLD_USERS);
  const rows = first.map((edge, at) => {
    const gradient = view.isUsed(edge) ? numeral(state.gradients[edge.to.value], true) : notYet();
    return made(
      'tr', { class: view.isNow(edge) ? 'now' : null },
      cell('plus', at ? '+' : ''),
      cell('name', made('span', { class: 'held' }, view.badge(edge), view.ratio(edge))),
      cell('symbol', edge.symbol ? view.symbol(edge) : ''),
      cell('amount', view.amount(edge)),
      cell('dot', '·'),
      cell('gradient', made('span', { class: 'held' }, ratioOf(model.output, edge.to), gradient)),
      cell('far', view.isUsed(edge) ? numeral(shareOf(edge, state)) : ''),
    );
  });
  if (later.length) rows.push(restRow(`${later.length} more that use it`, later.every(view.isUsed) ? numeral(sumOf(later)) : ''));
  if (open) {
    const drawnSum = sumOf(branches);
    const hidden = withoutDust(state.gradients[fork.value] - drawnSum, drawnSum);
    rows.push(restRow('through what is not drawn', fork.out.every(view.isUsed) ? numeral(hidden) : ''));
  }
  return rows;
};

const restRow = (told, amount) =>
  made('tr', { class: 'rest' }, cell('plus', '+'), made('td', { colspan: 5, class: 'words' }, told), cell('far', amount));

const CHAINS = { itself: asItself, none: noDerivative, product: asProduct, paths: overPaths, users: overUsers, rows: asLedger };
