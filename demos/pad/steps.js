// The way of a drawing to the form of the data, each step a small picture.

const makeSteps = (state, model) => {
  const { field, box } = model.form;
  const inForm = `${model.width} × ${model.height}`;
  const captions = ['drawn', 'scaled', 'centred', inForm];
  const canvases = captions.map((caption) => {
    const canvas = html('canvas', { 'aria-hidden': 'true' });
    byId('steps').append(html('figure', {}, canvas, html('figcaption', { text: caption })));
    return canvas;
  });
  const crossed = (pen, [x, y], side, colours) => {
    pen.strokeStyle = colours.plus;
    pen.lineWidth = 1.4;
    pen.beginPath();
    for (const [fromX, fromY, toX, toY] of [
      [x, 0, x, 8],
      [x, side, x, side - 8],
      [0, y, 8, y],
      [side, y, side - 8, y],
    ]) {
      pen.moveTo(fromX, fromY);
      pen.lineTo(toX, toY);
    }
    pen.stroke();
    pen.beginPath();
    pen.arc(x, y, 3.6, 0, 7);
    pen.fillStyle = colours.tile;
    pen.fill();
    pen.lineWidth = 2;
    pen.stroke();
  };
  const ruled = (pen, side, colours) => {
    if (model.width > 16) return;
    pen.strokeStyle = colours.line;
    pen.lineWidth = 0.7;
    pen.beginPath();
    for (let i = 1; i < model.width; i++) {
      pen.moveTo((i * side) / model.width, 0);
      pen.lineTo((i * side) / model.width, side);
      pen.moveTo(0, (i * side) / model.width);
      pen.lineTo(side, (i * side) / model.width);
    }
    pen.stroke();
  };
  const paintLines = (pen, now, side, colours) => {
    pen.strokeStyle = colours.pen;
    pen.lineCap = pen.lineJoin = 'round';
    pen.lineWidth = PEN_WIDTHS[now.pen] * side;
    for (const line of linesOf(now.strokes)) pen.stroke(new Path2D(pathOf(line.map(([x, y]) => [x * side, y * side]))));
  };

  const render = (now, { drawn, pixels }) => {
    const colours = palette();
    const side = canvases[0].clientWidth;
    const pens = canvases.map((canvas) => sheet(canvas, side, side));
    const unit = side / Math.max(...field);
    byId('steps').classList.toggle('given', now.image !== null);
    if (drawn) {
      paintLines(pens[0], now, side, colours);
      paintInk(pens[1], drawn.scaled, field[0], side, colours);
      pens[1].setLineDash([3, 2.5]);
      pens[1].strokeStyle = colours.plus;
      pens[1].strokeRect(
        ((field[0] - box[0]) * unit) / 2,
        ((field[1] - box[1]) * unit) / 2 + 0.5,
        box[0] * unit,
        box[1] * unit - 1,
      );
      paintInk(pens[2], drawn.centred, field[0], side, colours);
      crossed(
        pens[2],
        drawn.middle.map((at) => at * unit),
        side,
        colours,
      );
    }
    if (pixels) paintInk(pens[3], pixels, model.width, side, colours);
    ruled(pens[3], side, colours);
  };
  return { render };
};
