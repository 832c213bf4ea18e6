// Numbers that a reader changes: dragged, stepped by keys, or typed. The element may be of HTML or of SVG.

const PIXELS_A_STEP = 3;
const STILL = 3; // how far a pointer may tremble and still have clicked
const COARSE = 10;

/** By how much a number changes at a step: the second digit behind the point, or its own third where it is larger. */
const stepFor = (value) => {
  const size = Math.abs(value);
  if (!Number.isFinite(size) || size === 0) return 0.01;
  const exponent = Math.floor(Math.log10(size));
  return Number(`1e${exponent >= 0 ? exponent - 2 : exponent < -2 ? exponent - 1 : -2}`);
};

/** A number some steps on, on the steps' grid, without the dust of binary fractions. */
const stepped = (value, steps, step) => {
  if (steps === 0) return value;
  const on = (Math.round(value / step) + steps) * step;
  return Number(on.toPrecision(12));
};

/** What a reader typed: {number}, or {fault}, a sentence that says what was expected. */
const readNumber = (text) => {
  const plain = text.trim().replace(/^−/, '-').replace(/e−/i, 'e-');
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) {
    const number = Number(plain);
    return Number.isFinite(number) ? { number } : { fault: 'Too large: numbers end at 1.8e308.' };
  }
  if (plain === '') return { fault: 'A number, such as 0.5; Escape leaves it as it was.' };
  if (/^[+-]?\d+,\d+$/.test(plain)) return { fault: `A point, not a comma: ${plain.replace(',', '.')}` };
  return { fault: 'Not a number; write it like −0.5 or 2e-3.' };
};

/** A number as a reader finds it in the field: all its digits. */
const typed = (value) => String(value).replace('-', '−');

/**
 * Make an element a number that can be changed.
 *
 * `name` is what it is called, `read()` its number, `write(number)` changes it; `least` and `step` are of numbers that
 * have such. Returns `tell()`, to be called when the number changed: those who hear the page are told.
 */
const makeDraggable = (element, { name, read, write, least = -Infinity, step = null }) => {
  const set = (value) => write(Math.max(least, value));
  const tell = () => {
    element.setAttribute('aria-valuenow', Number.isFinite(read()) ? read() : 0);
    element.setAttribute('aria-valuetext', shown(read()));
  };
  element.setAttribute('role', 'spinbutton');
  element.setAttribute('tabindex', '0');
  element.setAttribute('aria-label', name);
  if (Number.isFinite(least)) element.setAttribute('aria-valuemin', least);
  element.classList.add('draggable');
  tell();

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    element.focus({ preventScroll: true });
    followDrag(event, { start: read(), step: step ?? stepFor(read()), set, type: () => openField(element, name, read, set) });
  });
  element.addEventListener('click', (event) => event.stopPropagation());
  element.addEventListener('keydown', (event) => {
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: COARSE, PageDown: -COARSE }[event.key];
    const types = /^[-−.\d]$/.test(event.key);
    if (event.ctrlKey || event.metaKey || event.altKey || (!steps && !types && event.key !== 'Enter')) return;
    event.preventDefault();
    event.stopPropagation();
    if (steps) set(stepped(read(), event.shiftKey ? steps * COARSE : steps, step ?? stepFor(read())));
    else openField(element, name, read, set, types ? event.key : null);
  });
  return tell;
};

/** Follow a pointer until it is let go: sideways changes the number, a click opens the field. */
const followDrag = (down, { start, step, set, type }) => {
  let isDrag = false;
  let last = start;
  const move = (event) => {
    if (event.pointerId !== down.pointerId) return;
    const way = event.clientX - down.clientX;
    isDrag ||= Math.abs(way) > STILL;
    if (!isDrag) return;
    document.documentElement.classList.add('dragging');
    const value = stepped(start, Math.round(way / PIXELS_A_STEP) * (event.shiftKey ? COARSE : 1), step);
    if (value !== last) set((last = value));
  };
  const stop = () => {
    document.documentElement.classList.remove('dragging');
    for (const [kind, listener] of Object.entries(listeners)) removeEventListener(kind, listener, true);
  };
  const end = (event) => {
    if (event.pointerId !== down.pointerId) return;
    stop();
    if (event.type === 'pointerup' && !isDrag) type();
  };
  const giveUp = (event) => {
    if (event.key !== 'Escape') return;
    stop();
    if (isDrag) set(start);
  };
  const listeners = { pointermove: move, pointerup: end, pointercancel: end, keydown: giveUp };
  for (const [kind, listener] of Object.entries(listeners)) addEventListener(kind, listener, true);
};

/** A field over a number in which another is typed; what is no number is said beside it, and changes nothing. */
const openField = (element, name, read, set, begun = null) => {
  const field = made('input', { class: 'field', type: 'text', 'aria-label': name, autocomplete: 'off', spellcheck: 'false' });
  const message = made('output', { class: 'fault', role: 'alert', hidden: true });
  const holder = made('div', { class: 'typing' }, field, message);
  placeField(holder, element);
  document.body.append(holder);
  field.value = begun ?? typed(read());
  field.focus({ preventScroll: true });
  if (begun === null) field.select();

  const close = (back) => {
    field.removeEventListener('blur', leave);
    holder.remove();
    if (back) element.focus({ preventScroll: true });
  };
  const complain = (fault) => {
    message.textContent = fault;
    message.hidden = false;
    field.setAttribute('aria-invalid', 'true');
  };
  const leave = () => {
    const { number } = readNumber(field.value);
    close(false);
    if (number !== undefined && number !== read()) set(number);
  };
  field.addEventListener('blur', leave);
  field.addEventListener('input', () => {
    message.hidden = true;
    field.removeAttribute('aria-invalid');
  });
  field.addEventListener('keydown', (event) => {
    event.stopPropagation(); // the page's keys are letters here
    if (event.key === 'Escape') close(true);
    if (event.key !== 'Enter' && event.key !== 'Tab') return;
    const { number, fault } = readNumber(field.value);
    if (fault) {
      event.preventDefault();
      complain(fault);
      return;
    }
    close(true); // from where Tab goes on
    if (number !== read()) set(number);
  });
};

/** Put a field where a number is, within the window's width. */
const placeField = (holder, element) => {
  const box = element.getBoundingClientRect();
  const width = Math.max(96, box.width + 16);
  const left = Math.max(6, Math.min(box.right - width + 8, document.documentElement.clientWidth - width - 6));
  holder.style.left = `${left + scrollX}px`;
  holder.style.top = `${box.top + box.height / 2 + scrollY}px`;
  holder.style.setProperty('--width', `${width}px`);
  holder.classList.toggle('right', left > document.documentElement.clientWidth / 2);
};
