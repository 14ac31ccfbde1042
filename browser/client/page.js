/** @file State shared by the components of one page, since Streamlit mounts each of them separately. */

import { Parcels } from "./parcels.js";
import { Prefetch } from "./prefetch.js";

/** @type {WeakMap<Document, {parcels: Parcels, prefetch: Prefetch}>} */
const pages = new WeakMap();

/** @param {Node} node stands in the page */
export function pageOf(node) {
  const page = /** @type {Document} */ (node.ownerDocument);
  const shared = pages.get(page) ?? { parcels: new Parcels(), prefetch: new Prefetch() };
  pages.set(page, shared);
  return shared;
}
