/** @file Canvases, markers, dashes, and strokes that stand out from any color map. */

import { casing } from "./theme.js";

export const DASHES = { dot: [2, 6], dash: [10, 6], longdash: [16, 7], dashdot: [10, 5, 2, 5] };

/** The outline of a marker, in Plotly's names. */
export function marker(symbol, x, y, r) {
  const path = new Path2D();
  const ring = (corners, turn, inner = r) => {
    for (let i = 0; i < corners; i++) {
      const angle = turn + (i * 2 * Math.PI) / corners;
      const radius = i % 2 ? inner : r;
      path.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
  };
  const plus = (turn) => {
    const [a, b] = [r * 0.38, r * 1.1];
    const corners = [[a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a], [-a, -b]];
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    for (const [u, v] of corners) path.lineTo(x + u * c - v * s, y + u * s + v * c);
  };
  if (symbol === "square") ring(4, Math.PI / 4);
  else if (symbol === "diamond") ring(4, 0);
  else if (symbol === "triangle-up") ring(3, -Math.PI / 2);
  else if (symbol === "triangle-down") ring(3, Math.PI / 2);
  else if (symbol === "star") ring(10, -Math.PI / 2, r * 0.45);
  else if (symbol === "cross") plus(0);
  else if (symbol === "x") plus(Math.PI / 4);
  else path.arc(x, y, r * 0.88, 0, 2 * Math.PI);
  path.closePath();
  return path;
}

/** A line through points [x, y], or several lines in one path, so that the casing of one does not cover another. */
export function polyline(...lines) {
  const path = new Path2D();
  for (const points of lines) points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  return path;
}

/** Sizes a canvas to its box at the screen's resolution and clears it. */
export function clearCanvas(canvas, width, height) {
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

/** A line in its color on a casing that is `rim` pixels wider. */
export function strokeCased(context, path, color, width, rim, dash = []) {
  strokePath(context, path, casing(color), width + rim);
  context.setLineDash(dash);
  strokePath(context, path, color, width);
  context.setLineDash([]);
}

/** A filled outline in its color on a casing `rim` pixels wide. */
export function fillCased(context, path, color, rim) {
  strokePath(context, path, casing(color), rim);
  fillPath(context, path, color);
}

export function strokePath(context, path, color, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
}

export function fillPath(context, path, color) {
  context.fillStyle = color;
  context.fill(path);
}

/** A circle. */
export function circle(x, y, radius) {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  return path;
}
