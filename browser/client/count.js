/** @file One big number. */

import { DASHES, clearCanvas, fillCased, marker, polyline, strokeCased } from "./canvas.js";
import { fill, grouped, make, name, write } from "./dom.js";
import { legible } from "./theme.js";
import { countUpTo } from "./values.js";

/** One walk's big number: it counts while the walk is played and stops where the walk stops. */
export class Count {
  constructor(parent) {
    this.root = make("div", "esl-count", parent);
    const line = make("div", "esl-count-line", this.root);
    this.key = make("canvas", "esl-key", line, { "aria-hidden": "true" });
    this.number = make("span", "esl-number", line);
    this.unit = make("span", "esl-unit", line);
    this.check = make("span", "esl-check", line, { role: "img" });
    this.check.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l3.7 3.7 7.3-8"/></svg>';
    this.verdict = make("span", "esl-verdict", line);
    this.status = make("div", "esl-status", this.root);
    this.name = make("div", "esl-count-name", this.root);
    this.meter = make("div", "esl-meter", this.root); // distance from the plane and true loss at the shown update
  }

  show(walk, theme, words) {
    this.walk = walk;
    this.words = words;
    this.root.style.setProperty("--esl-walk", legible(walk.color, theme));
    this.number.style.minWidth = `${walk.count.length * 0.56}em`;
    write(this.unit, walk.unit);
    write(this.name, [walk.name, walk.detail].filter(Boolean).join(" · "));
    name(this.check, words.settled);
    this.check.title = words.settled;
    this.status.hidden = walk.status !== "diverged";
    write(this.status, walk.diverged === null ? "" : fill(words.diverged, { k: walk.diverged }));
    const context = clearCanvas(this.key, 34, 22);
    strokeCased(context, polyline([[4, 11], [30, 11]]), walk.color, 3, 3, DASHES[walk.dash]);
    fillCased(context, marker(walk.marker, 17, 11, 7), walk.color, 3);
  }

  /** @param k how many updates are done; Infinity is the end */
  showUpdate(k) {
    const { walk } = this;
    const stop = walk.settled ?? walk.diverged ?? walk.update.at(-1) ?? 0;
    const done = k >= stop;
    const mark = /\d(\D)\d{3}(?!\d)/.exec(walk.count)?.[1]; // group as Python grouped the final count
    const counted = mark ? grouped(k).replaceAll(",", mark) : String(k);
    const i = Math.max(0, countUpTo(walk.update, k) - 1);
    write(this.number, done ? walk.count : (walk.numbers?.[i] ?? counted));
    const verdict = walk.verdicts?.findLast(([update]) => update <= k)?.[1] ?? "";
    write(this.verdict, verdict);
    this.verdict.title = verdict;
    this.meter.hidden = !walk.meter;
    if (walk.meter) {
      const { distance, true_loss, plane_loss } = walk.meter;
      write(this.meter, fill(this.words.meter, { distance: distance[i], truth: true_loss[i], drawn: plane_loss[i] }));
    }
    this.root.classList.toggle("esl-reached", done && walk.status === "settled");
    this.root.classList.toggle("esl-lost", done && walk.status === "diverged");
  }

  /** The final result for screen readers. */
  result() {
    const { walk } = this;
    const lost = walk.status === "diverged" && walk.diverged !== null ? fill(this.words.diverged, { k: walk.diverged }) : "";
    return [walk.name, `${walk.count} ${walk.unit}`, lost || (walk.verdicts?.at(-1)[1] ?? "")].filter(Boolean).join(", ");
  }

  remove() {
    this.root.remove();
  }
}
