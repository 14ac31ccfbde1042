/** @file Parcels: the arrays of a panel, kept by the name of their content until the board asks for them. */

import { renew } from "./values.js";

const KEPT = 64; // the newest; of a page's own six at most two generations are ever wanted

export class Parcels {
  constructor() {
    this.kept = new Map(); // name -> content
    this.asked = new Map(); // name -> those who wait for it
  }

  /** Takes a parcel in. */
  put(name, content) {
    renew(this.kept, name, content, KEPT);
    this.asked.get(name)?.forEach((give) => give(content));
    this.asked.delete(name);
  }

  /** The parcel of this name, as soon as it is here. The same name gives the same object; what is asked for is among the newest again. */
  get(name) {
    if (this.kept.has(name)) return Promise.resolve(renew(this.kept, name, this.kept.get(name), KEPT));
    // Who waits for what newer data overtook is forgotten.
    return new Promise((give) => renew(this.asked, name, [...(this.asked.get(name) ?? []), give], KEPT));
  }
}
