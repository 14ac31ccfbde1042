/** @file When a walk (`Walk` of board.py) is where: by updates, epochs or gradient evaluations. */

import { countUpTo } from "./values.js";

const strided = new WeakMap(); // walk -> its updates in mini-batches' worth of rows

/** The tick of the bar at which each point is reached; counted by epochs, a tick is a mini-batch's worth of rows. */
export function ticksOf(walk, clock) {
  if (clock === "evaluations") return walk.evaluations ?? walk.update;
  if (clock === "updates" || walk.stride === 1) return walk.update;
  if (!strided.has(walk)) strided.set(walk, Float64Array.from(walk.update, (update) => update * walk.stride));
  return strided.get(walk);
}

/** How many of its points are reached at a tick. */
export const pointsAt = (walk, tick, clock) => countUpTo(ticksOf(walk, clock), tick);

/** How many updates are done at a tick. */
export function updatesAt(walk, tick, clock) {
  if (clock === "epochs") return Math.floor(tick / walk.stride);
  if (clock === "updates" || !walk.evaluations || tick === Infinity) return tick;
  return walk.update[Math.max(0, pointsAt(walk, tick, clock) - 1)];
}

export const lossAt = (walk, i) => walk.lowest + walk.excess[i];
