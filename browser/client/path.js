/** @file A walk clipped to a rectangle, and where it leaves it. */

import { clamp } from "./values.js";

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box top is the smaller number, as on a screen */
/** @typedef {{x: (value: number) => number, y: (value: number) => number}} Projection from the walk's coordinates to the box's */
/** @typedef {{x: number, y: number, i: number, cut: boolean}} Point the walk's point i; cut: where its segment meets the rim */

const FAR = 1e9; // limits a diverged walk's 1e300, so that the arithmetic does not overflow

/**
 * The part of a segment inside a box (Liang and Barsky) as [from, to], each 0 to 1; null if it misses it.
 * @param {Box} box
 */
export function clipSegment(x0, y0, x1, y1, box) {
  let from = 0;
  let to = 1;
  for (const [start, move, low, high] of [
    [x0, x1 - x0, box.left, box.right],
    [y0, y1 - y0, box.top, box.bottom],
  ]) {
    if (move === 0) {
      if (start < low || start > high) return null;
      continue;
    }
    const [a, b] = move > 0 ? [(low - start) / move, (high - start) / move] : [(high - start) / move, (low - start) / move];
    from = Math.max(from, a);
    to = Math.min(to, b);
    if (from > to) return null;
  }
  return [from, to];
}

/**
 * A walk's first `count` points in a box: its connected pieces, its own points, where it leaves, and whether it ends outside.
 * @param {Box & Projection} box
 * @returns {{pieces: Point[][], dots: Point[], exits: {x: number, y: number, angle: number, update: number}[], out: boolean}}
 */
export function tracePath(walk, count, box) {
  /** @type {Point[][]} */
  const pieces = [];
  /** @type {Point[]} */
  const dots = [];
  const exits = [];
  let piece = null;
  let [px, py, out] = [NaN, NaN, true];
  for (let i = 0; i < count; i++) {
    const x = clamp(box.x(walk.path[2 * i]), -FAR, FAR);
    const y = clamp(box.y(walk.path[2 * i + 1]), -FAR, FAR);
    if (Number.isNaN(x) || Number.isNaN(y)) break;
    const here = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    if (here) dots.push({ x, y, i, cut: false });
    const part = i > 0 ? clipSegment(px, py, x, y, box) : null;
    if (part) {
      const along = (share) => ({ x: px + (x - px) * share, y: py + (y - py) * share });
      if (!piece) pieces.push((piece = [{ ...along(part[0]), i: i - 1, cut: part[0] > 0 }]));
      const end = { ...along(part[1]), i, cut: !here };
      piece.push(end);
      if (!here) exits.push({ x: end.x, y: end.y, angle: Math.atan2(y - py, x - px), update: walk.update[i] });
    }
    if (!part || !here) piece = null;
    [px, py, out] = [x, y, !here];
  }
  return { pieces, dots, exits, out };
}
