/** @file A component that shows nothing: on a page that the navigation does not list, it marks the item that the page belongs to. */

import { component } from "./component.js";

const ITEMS = "[data-testid='stTopNavLink'], [data-testid='stSidebarNavLink']";

/** @type {WeakMap<Document, Mark>} the one that was made last */
const latest = new WeakMap();

/** The item of one page, wherever the navigation stands: in a narrow window it opens beside the page, and comes and goes. */
class Mark {
  /** @param {Node} root stands in the page */
  constructor(root) {
    this.page = /** @type {Document} */ (root.ownerDocument);
    this.path = "";
    this.items = /** @type {Set<Element>} */ (new Set());
    this.changes = new MutationObserver(() => this.set());
    latest.set(this.page, this);
    this.changes.observe(this.page.body, { childList: true, subtree: true });
  }

  /** @param {string} path the last part of the item's address */
  receive(path) {
    this.path = path;
    this.set();
  }

  set() {
    for (const item of this.page.querySelectorAll(ITEMS)) {
      const { pathname } = /** @type {HTMLAnchorElement} */ (item);
      if (!pathname.endsWith(`/${this.path}`) || item.getAttribute("aria-current") === "page") continue;
      item.setAttribute("aria-current", "page");
      this.items.add(item);
    }
  }

  close() {
    this.changes.disconnect();
    if (latest.get(this.page) !== this) return; // the next page marks the same item
    const here = this.page.defaultView?.location.pathname;
    for (const item of this.items) {
      if (/** @type {HTMLAnchorElement} */ (item).pathname !== here) item.removeAttribute("aria-current");
    }
  }
}

export const mount = component(
  (root) => new Mark(root),
  (mark, { data }) => mark.receive(data.path),
);
