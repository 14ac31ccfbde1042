/** @file One optimizer's walk, as Python sent it, and when it is where: by updates, epochs or gradient evaluations. */

import { reached } from "./values.js";

const made = new WeakMap();

/** The walk of what Python sent; the same object for the same data. */
export function walkOf(said) {
  if (!made.has(said)) made.set(said, new Walk(said));
  return made.get(said);
}

/** Its facts are those of `Walk` in board.py. */
class Walk {
  constructor(said) {
    Object.assign(this, said);
    this.strided = null;
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
