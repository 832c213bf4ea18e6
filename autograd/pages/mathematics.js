// How far a superscript stands above its line is said by fonts of mathematics. With those of text some browsers set it
// wholly above what it belongs to; there theme.css lowers it.

/** Whether the exponent of a parenthesis ends where the parenthesis begins. */
const setsScriptsHigh = () => {
  const element = (name, ...children) => {
    const made = document.createElementNS('http://www.w3.org/1998/Math/MathML', name);
    made.append(...children);
    return made;
  };
  const [base, script] = [element('mo', ')'), element('mn', '2')];
  base.setAttribute('stretchy', 'false');
  const math = element('math', element('msup', base, script));
  math.style.cssText = 'position: absolute; visibility: hidden; font-size: 100px';
  document.body.append(math);
  const overlap = script.getBoundingClientRect().bottom - base.getBoundingClientRect().top;
  math.remove();
  return overlap < 10;
};

document.documentElement.classList.toggle('high-scripts', setsScriptsHigh());
