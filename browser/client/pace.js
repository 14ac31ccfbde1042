/** @file Where the bar can stand: at every tick, or on logarithmic time at every early tick and at fewer and fewer of the later ones. */

import { countUpTo } from "./values.js";

const STOPS = 400; // of the logarithmic bar before those that fall together are one

/** A walk's ticks by the bar's stops, 0 to `end`. On logarithmic time every decade of ticks takes as much of the bar as any other. */
export class Pace {
  /** @param {number} length the last tick */
  constructor(length, logarithmic = false) {
    this.length = length;
    const span = Math.log1p(length);
    /** @type {number[] | null} */
    this.ticks = logarithmic ? [...new Set(Array.from({ length: STOPS + 1 }, (_, i) => Math.round(Math.expm1((i / STOPS) * span))))] : null;
    this.end = this.ticks ? this.ticks.length - 1 : length;
  }

  /** The tick at a stop. */
  tick(stop) {
    return this.ticks ? this.ticks[stop] : stop;
  }

  /** The last stop that is not beyond a tick. */
  stop(tick) {
    return this.ticks ? countUpTo(this.ticks, tick) - 1 : tick;
  }
}
