/** @file A sheet to draw on, markers and dashes. */

export const DASHES = { dot: [2, 6], dash: [10, 6], longdash: [16, 7], dashdot: [10, 5, 2, 5] };

/** Puts the outline of a marker, in Plotly's names, on the context's path. */
export function shape(context, symbol, x, y, r) {
  const ring = (corners, turn, inner = r) => {
    for (let i = 0; i < corners; i++) {
      const angle = turn + (i * 2 * Math.PI) / corners;
      const radius = i % 2 ? inner : r;
      context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
  };
  const plus = (turn) => {
    const [a, b] = [r * 0.38, r * 1.1];
    const corners = [[a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a], [-a, -b]];
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    for (const [u, v] of corners) context.lineTo(x + u * c - v * s, y + u * s + v * c);
  };
  context.beginPath();
  if (symbol === "square") ring(4, Math.PI / 4);
  else if (symbol === "diamond") ring(4, 0);
  else if (symbol === "triangle-up") ring(3, -Math.PI / 2);
  else if (symbol === "triangle-down") ring(3, Math.PI / 2);
  else if (symbol === "star") ring(10, -Math.PI / 2, r * 0.45);
  else if (symbol === "cross") plus(0);
  else if (symbol === "x") plus(Math.PI / 4);
  else context.arc(x, y, r * 0.88, 0, 2 * Math.PI);
  context.closePath();
}

/** Sizes a canvas to its box at the screen's resolution and clears it. */
export function sheet(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = context.lineCap = "round";
  return context;
}
