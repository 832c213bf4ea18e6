// What stands over the columns of the picture.

const captionsOf = (model, picture, shown, outputs) => {
  const { narrow, layers, columns, asImage } = picture;
  const said = (x, text, anchor) => svg('text', { x, y: narrow ? 12 : 14, 'text-anchor': anchor, text });
  const room = picture.outputs - columns[columns.length - 1];
  const [tight, brief] = [room < 70, room < 50]; // no words, or numbers alone
  const hidden = layers.map((l, i) => {
    const [some, all] = [shown[l].length, model.sizes[l]];
    const count = some < all && !brief ? `${some} of ${counted(all)}` : String(some);
    const name = layers.length > 1 || tight ? '' : narrow ? ' hidden' : ' hidden neurons';
    return said(columns[i], count + name, 'middle');
  });
  const rows = asImage || layers.length > 2 ? '' : ', row by row';
  const texts = [
    said(0, brief ? '' : narrow ? 'pixels' : `${model.sizes[0]} pixels${rows}`, 'start'),
    ...hidden,
    said(picture.outputs, brief ? String(outputs) : `${outputs} outputs`, 'middle'),
  ];
  const gap = layers.findIndex((l, i) => i > 0 && l > layers[i - 1] + 1);
  if (gap > 0) texts.push(said((columns[gap - 1] + columns[gap]) / 2, '⋯', 'middle'));
  if (narrow) return texts;
  const all = outputs < model.classes ? `the ${outputs} likeliest of ${model.classes}` : 'all add to 1';
  return [
    ...texts,
    said(picture.bars, model.output === 'linear' ? `probability; ${all}` : 'activation, 0 to 1', 'start'),
  ];
};
