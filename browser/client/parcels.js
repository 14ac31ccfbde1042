/** @file Parcels: the arrays of a panel, held by the name of their content until the board asks for them. */

const KEPT = 64; // the newest; of a page's own six at most two generations are ever wanted
const held = new Map();
const asked = new Map();

/** Takes a parcel in. */
export function hold(name, content) {
  held.delete(name); // to the end: the newest
  held.set(name, content);
  for (const old of held.keys()) {
    if (held.size <= KEPT) break;
    held.delete(old);
  }
  asked.get(name)?.forEach((give) => give(content));
  asked.delete(name);
}

/** The parcel of this name, as soon as it is here. The same name gives the same object; what is asked for is among the newest again. */
export function parcel(name) {
  if (held.has(name)) {
    const content = held.get(name);
    held.delete(name);
    held.set(name, content);
    return Promise.resolve(content);
  }
  for (const old of asked.keys()) if (asked.size > KEPT) asked.delete(old); // nobody waits for what newer data overtook
  return new Promise((give) => asked.set(name, [...(asked.get(name) ?? []), give]));
}
