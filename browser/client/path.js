/** @file Where a walk runs on the screen, and where it leaves the picture. */

/** The part of a segment inside a rectangle (Liang and Barsky) as [from, to], each 0 to 1; null if it misses it. */
export function inside(x0, y0, x1, y1, box) {
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
 * A walk's first `count` points on the screen: the pieces inside the box, the points inside it, and where it leaves.
 * @returns {{pieces: number[][], segments: number[][], dots: number[][], exits: {x: number, y: number, angle: number, update: number}[], out: boolean}}
 *   a segment is [x, y, x, y, the number of the point that it leads to]; they are the pieces once more, for a walk that fades
 */
export function tracePath(walk, count, box) {
  const far = 1e9; // pixels; keeps a diverged walk's 1e300 out of the arithmetic, not its direction
  const clamp = (value) => Math.max(-far, Math.min(far, value));
  const pieces = [];
  const segments = [];
  const dots = [];
  const exits = [];
  let piece = null;
  let [px, py, out] = [NaN, NaN, true];
  for (let i = 0; i < count; i++) {
    const x = clamp(box.x(walk.path[2 * i]));
    const y = clamp(box.y(walk.path[2 * i + 1]));
    if (Number.isNaN(x) || Number.isNaN(y)) break;
    const here = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    if (here) dots.push([x, y, walk.update[i], i]);
    if (i > 0) {
      const part = inside(px, py, x, y, box);
      if (part) {
        const [ax, ay, bx, by] = [px + (x - px) * part[0], py + (y - py) * part[0], px + (x - px) * part[1], py + (y - py) * part[1]];
        if (!piece) pieces.push((piece = [ax, ay]));
        piece.push(bx, by);
        if (walk.off) segments.push([ax, ay, bx, by, i]);
        if (!here) {
          exits.push({ x: bx, y: by, angle: Math.atan2(y - py, x - px), update: walk.update[i] });
          piece = null;
        }
      } else piece = null;
    }
    [px, py, out] = [x, y, !here];
  }
  return { pieces, segments, dots, exits, out };
}
