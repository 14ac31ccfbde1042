/** @file One optimizer's walk, as Python sent it, and when it is where: by updates, epochs or gradient evaluations. */

import { reached } from "./values.js";

const walks = new WeakMap();

/** The walk of what Python sent; the same object for the same data. @returns {Walk} */
export function walkOf(data) {
  if (!walks.has(data)) walks.set(data, new Walk(data));
  return walks.get(data);
}

/** Its further fields are those of `Walk` in board.py. */
class Walk {
  /** @type {ArrayLike<number>} */
  update;
  /** @type {ArrayLike<number> | undefined} */
  evaluations;
  /** @type {number} */
  stride;
  /** @type {number} */
  lowest;
  /** @type {ArrayLike<number>} */
  excess;
  strided = null;

  constructor(data) {
    Object.assign(this, data);
  }

  /** The tick of the bar at which each point is reached; counted by epochs, a tick is a mini-batch's worth of rows. */
  ticks(clock) {
    if (clock === "evaluations") return this.evaluations ?? this.update;
    if (clock === "updates" || this.stride === 1) return this.update;
    this.strided ??= Float64Array.from(this.update, (update) => update * this.stride);
    return this.strided;
  }

  /** How many updates are done at a tick. */
  done(tick, clock) {
    if (clock === "epochs") return Math.floor(tick / this.stride);
    if (clock === "updates" || !this.evaluations || tick === Infinity) return tick;
    return this.update[Math.max(0, reached(this.evaluations, tick) - 1)];
  }

  loss(i) {
    return this.lowest + this.excess[i];
  }
}
