/** @file A table whose rows can be picked: by a button in each, or by a click anywhere in it. */

import { component } from "./component.js";
import { make, name } from "./dom.js";
import { stylesheet } from "./styles.js";
import { same } from "./values.js";

const SHEET = await stylesheet("table.css");

export const mount = component(
  (root) => {
    root.adoptedStyleSheets = [SHEET];
    return new Table(root);
  },
  (table, { data, setTriggerValue }) => {
    table.pick = (row) => setTriggerValue("picked", row);
    table.receive(data);
  },
);

class Table {
  constructor(root) {
    this.root = make("div", "frame", root);
    this.table = make("table", "table", this.root);
    this.body = make("tbody", "", this.table);
    /** @type {(row: number) => void} */
    this.pick = () => {};
  }

  receive(data) {
    name(this.table, data.label);
    if (!same([data.columns, data.rows, data.button], this.shown)) this.fill(data);
    [...this.body.rows].forEach((row, i) => {
      if (i === data.current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  }

  fill({ columns, rows, button }) {
    this.shown = [columns, rows, button];
    this.table.replaceChildren();
    const head = make("tr", "", make("thead", "", this.table));
    for (const column of columns) make("th", "", head, { scope: "col" }).textContent = column;
    this.body = make("tbody", "", this.table);
    rows.forEach((cells, i) => {
      const row = make("tr", "", this.body, { onclick: () => this.pick(i) });
      cells.forEach((text, j) => {
        const cell = make("td", "", row);
        (j === button ? make("button", "pick", cell) : cell).textContent = text;
      });
    });
  }

  close() {
    this.root.remove();
  }
}
