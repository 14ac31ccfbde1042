/** @file Parcels: the arrays of a panel, kept by the name of their content until the board asks for them. */

import { setNewest } from "./values.js";

const KEPT = 64; // the newest parcels; a page has six, and needs two generations of them at most

export class Parcels {
  constructor() {
    this.kept = new Map(); // name -> content
    this.waiting = new Map(); // name -> the promises that wait for it, as their resolve functions
  }

  /** Stores a parcel. */
  put(name, content) {
    setNewest(this.kept, name, content, KEPT);
    this.waiting.get(name)?.forEach((give) => give(content));
    this.waiting.delete(name);
  }

  /** Resolves to the parcel of this name, always the same object. A parcel that is asked for counts as new again. */
  get(name) {
    if (this.kept.has(name)) return Promise.resolve(setNewest(this.kept, name, this.kept.get(name), KEPT));
    // Promises for parcels that newer data replaced are dropped.
    return new Promise((give) => setNewest(this.waiting, name, [...(this.waiting.get(name) ?? []), give], KEPT));
  }
}
