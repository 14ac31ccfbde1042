/**
 * @file One update taken apart, over a contour: gradient, momentum and the step that was made of them, all as moves of the weights.
 *
 * The arrows are −η·gradient and −η·momentum, the third the step itself, which is −η·momentum/σ. For adaptive methods the ellipse has the
 * half axes η·‖momentum‖/σᵢ: where the step would end for a momentum of this length and any direction. So the step ends on it.
 */

import { fillPath, polyline, strokeCased, strokePath } from "./canvas.js";
import { casing } from "./theme.js";
import { pointsAt } from "./walk.js";

const LEAST = 24; // pixels: shorter steps are enlarged by a power of ten, which the caption states
const KINDS = [
  { key: "gradient", dash: [2, 4], width: 2.5 },
  { key: "momentum", dash: [9, 5], width: 2.5 },
  { key: "step", dash: [], width: 4 },
];

/**
 * The moves of the update that a walk makes at this tick; null after its last update.
 * @returns the walk's point i, the three vectors, the half axes (null without an ellipse) and σ
 */
export function movesOf(walk, tick, clock) {
  const { moves } = walk;
  if (!moves) return null;
  const i = Math.max(0, pointsAt(walk, tick, clock) - 1);
  const of = (rows) => [rows[i][0], rows[i][1]];
  const step = of(moves.step);
  if (!step.every(Number.isFinite)) return null;
  const down = (vector) => vector.map((value) => -moves.rates[i] * value);
  const momentum = of(moves.momentum);
  const scale = of(moves.scale);
  const length = Math.hypot(...momentum);
  const adaptive = moves.adaptive && scale.every((value) => value > 0 && Number.isFinite(value));
  const axes = adaptive ? scale.map((value) => (moves.rates[i] * length) / value) : null;
  const point = [walk.path[2 * i], walk.path[2 * i + 1]];
  return { i, point, gradient: down(of(moves.gradient)), momentum: down(momentum), step, axes, scale };
}

/** The factor by which the moves are drawn larger: 1, 10, 100 ... so that the longest step is visible. */
export function enlargement(moves, pixel) {
  const longest = Math.max(...moves.map(({ step }) => Math.hypot(step[0] / pixel[0], step[1] / pixel[1])), 0);
  return longest > 0 && longest < LEAST ? 10 ** Math.ceil(Math.log10(LEAST / longest)) : 1;
}

/** Draws the moves at the walk's point. */
export function drawMoves(context, box, walk, moves, times) {
  const [x, y] = [box.x(moves.point[0]), box.y(moves.point[1])];
  /** @returns {[number, number]} */
  const move = (vector) => [(times * vector[0]) / box.pixel[0], (-times * vector[1]) / box.pixel[1]];
  if (moves.axes) {
    const [a, b] = moves.axes.map((axis, side) => (times * axis) / box.pixel[side]);
    const ellipse = new Path2D();
    ellipse.ellipse(x, y, Math.min(a, 1e5), Math.min(b, 1e5), 0, 0, 2 * Math.PI);
    strokeCased(context, ellipse, walk.color, 1.8, 2.2);
  }
  for (const { key, dash, width } of KINDS) {
    const vector = move(moves[key]);
    if (vector.every(Number.isFinite)) arrow(context, x, y, vector, walk.color, width, dash);
  }
}

function arrow(context, x, y, [u, v], color, width, dash) {
  const length = Math.hypot(u, v);
  if (length < 1) return;
  const shown = Math.min(length, 4000);
  const [dx, dy] = [u / length, v / length];
  const head = Math.min(14, 0.5 * shown);
  const [baseX, baseY] = [x + dx * (shown - head), y + dy * (shown - head)];
  const side = 0.45 * head;
  const shaft = polyline([[x, y], [baseX, baseY]]);
  const tip = polyline([[x + dx * shown, y + dy * shown], [baseX - dy * side, baseY + dx * side], [baseX + dy * side, baseY - dx * side]]);
  tip.closePath();
  strokePath(context, shaft, casing(color), width + 3);
  strokePath(context, tip, casing(color), 3);
  context.setLineDash(dash);
  strokePath(context, shaft, color, width);
  context.setLineDash([]);
  strokePath(context, tip, color, 1);
  fillPath(context, tip, color);
}
