/** @file A point on a contour that a person puts somewhere: dragged, moved by arrow keys, or, if it takes clicks, put where they click. */

import { make, name } from "./dom.js";

const STILL = 5; // pixels: a press that moves less is a click
const TWICE = 300; // ms between two clicks that are one double click, as for Plotly
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Without an exponent, which ARIA does not know. */
const plain = (value) => (String(value).includes("e") ? Number(value).toFixed(20) : String(value));

export class Handle {
  /**
   * @param figure the contour
   * @param {string} look its class
   * @param {(at: [number, number], pixel: [number, number], moving: boolean) => void} move tells where a person puts it
   * @param {() => boolean} settled whether Python has taken all of that
   */
  constructor(figure, look, move, settled) {
    this.settled = settled;
    this.figure = figure;
    this.move = move;
    this.ring = make("button", `esl-handle ${look}`, figure.host, { type: "button", role: "slider", hidden: "" });
    this.at = null;
    this.clicks = false; // whether a click on the map puts it there
    this.ring.addEventListener("pointerdown", (event) => this.grab(event));
    this.ring.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.ring.addEventListener(end, (event) => this.drop(event));
    this.ring.addEventListener("keydown", (event) => this.key(event));
    figure.host.addEventListener("pointerdown", (event) => this.press(event), true);
  }

  /** Where Python says it is, null for nowhere; a hand that holds it knows better. title: what it is, and how it is moved. */
  say(at, axes, title, clicks) {
    this.title = title;
    this.clicks = clicks;
    this.axes = axes.map((axis) => axis.replace(/<[^>]*>/g, ""));
    this.ring.title = title;
    if (!at) this.at = null;
    else if (!this.at || (!this.held && this.settled())) this.at = at;
    this.ring.hidden = !this.at;
    this.place();
  }

  /** Brings the ring to its point. */
  place() {
    const box = this.figure.frame();
    if (!box || !this.at) return;
    const [x, y] = [box.x(this.at[0]), box.y(this.at[1])];
    const inside = x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1;
    this.ring.hidden = !inside;
    this.ring.style.transform = `translate(${x}px, ${y}px)`;
    const said = this.axes.map((axis, i) => `${axis} ${Number(this.at[i].toPrecision(4))}`).join(", ");
    const [low, high] = this.figure.window();
    name(this.ring, this.title);
    for (const [key, value] of [["now", this.at[0]], ["min", low], ["max", high], ["text", said]]) {
      this.ring.setAttribute(`aria-value${key}`, plain(value));
    }
  }

  put(at, moving) {
    this.at = at;
    this.place();
    this.move(at, this.figure.frame().pixel, moving);
  }

  // ------------------------------------------------------------------------------------------------------- by a hand on it

  grab(event) {
    if (event.button !== 0) return;
    this.ring.setPointerCapture(event.pointerId);
    this.held = true;
    this.dragged = false;
    event.stopPropagation();
  }

  drag(event) {
    if (!this.held) return;
    this.dragged = true;
    this.put(this.under(event), true);
  }

  drop(event) {
    if (!this.held) return;
    this.held = false;
    event.stopPropagation();
    if (this.dragged) this.put(this.at, false);
  }

  /** The point under the pointer, never outside the picture. */
  under(event) {
    const box = this.figure.frame();
    const host = this.figure.host.getBoundingClientRect();
    const within = (value, low, high) => Math.max(low, Math.min(high, value));
    return box.at(within(event.clientX - host.left, box.left, box.right), within(event.clientY - host.top, box.top, box.bottom));
  }

  /** An arrow moves it by a hundredth of the picture, with shift by a thousandth. */
  key(event) {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [left, right, bottom, top] = this.figure.window();
    const share = event.shiftKey ? 1e-3 : 1e-2;
    const within = (value, a, b) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), value));
    const [x, y] = [this.at[0] + way[0] * share * (right - left), this.at[1] + way[1] * share * (top - bottom)];
    this.put([within(x, left, right), within(y, bottom, top)], false);
  }

  // ------------------------------------------------------------------------------------------------- by a click on the map

  press(event) {
    const own = event.target.closest?.(".esl-handle, .esl-fit, .modebar");
    if (own || event.button !== 0 || !this.at || !this.clicks) return;
    const pressed = [event.clientX, event.clientY];
    // On the page: Plotly covers the picture while a button is down.
    document.addEventListener("pointerup", (up) => this.release(up, pressed), { capture: true, once: true });
  }

  release(event, pressed) {
    if (Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > STILL) return;
    const box = this.figure.frame();
    const host = this.figure.host.getBoundingClientRect();
    const [x, y] = [event.clientX - host.left, event.clientY - host.top];
    if (!box || x < box.left || x > box.right || y < box.top || y > box.bottom) return;
    if (this.clicked && event.timeStamp - this.clicked.since < TWICE) {
      this.put(this.clicked.before, false); // a double click looks at the whole map; it leaves the point where it was
      this.clicked = null;
      return;
    }
    this.clicked = { since: event.timeStamp, before: this.at };
    this.ring.style.pointerEvents = "none"; // a second click is for the map, not for the ring that has just come under the pointer
    setTimeout(() => (this.ring.style.pointerEvents = ""), TWICE);
    this.put(box.at(x, y), false);
  }
}
