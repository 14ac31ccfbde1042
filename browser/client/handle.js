/** @file A point on a contour that a person moves: by dragging, by arrow keys or, where clicks are enabled, by a click on the map. */

import { make, name } from "./dom.js";
import { clamp } from "./values.js";

const STILL = 5; // pixels: a press with less movement is a click
const TWICE = 300; // ms between the two clicks of a double click, as in Plotly
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Without an exponent, which ARIA does not know. */
const plain = (value) => (String(value).includes("e") ? Number(value).toFixed(20) : String(value));

export class Handle {
  /**
   * @param figure the contour
   * @param {string} className
   * @param {(point: [number, number], pixel: [number, number], moving: boolean) => void} move is called with the new point
   * @param {() => boolean} settled whether Python has received every move
   */
  constructor(figure, className, move, settled) {
    this.settled = settled;
    this.figure = figure;
    this.move = move;
    this.ring = make("button", `esl-handle ${className}`, figure.host, {
      role: "slider",
      hidden: "",
      onpointerdown: (event) => this.grab(event),
      onpointermove: (event) => this.drag(event),
      onpointerup: (event) => this.drop(event),
      onpointercancel: (event) => this.drop(event),
      onkeydown: (event) => this.key(event),
    });
    this.point = null;
    this.clicks = false; // whether a click on the map puts it there
    figure.host.addEventListener("pointerdown", (event) => this.press(event), true);
  }

  /** Takes Python's point, null for none, unless a person is dragging. title: what the point is and how to move it. */
  receive(point, axes, title, clicks) {
    this.title = title;
    this.clicks = clicks;
    this.axes = axes.map((axis) => axis.replace(/<[^>]*>/g, ""));
    this.ring.title = title;
    if (!point) this.point = null;
    else if (!this.point || (!this.pressed && this.settled())) this.point = point;
    this.ring.hidden = !this.point;
    this.place();
  }

  /** Moves the ring to its point. */
  place() {
    const box = this.figure.frame();
    if (!box || !this.point) return;
    const [x, y] = [box.x(this.point[0]), box.y(this.point[1])];
    const inside = x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1;
    this.ring.hidden = !inside;
    this.ring.style.transform = `translate(${x}px, ${y}px)`;
    const text = this.axes.map((axis, i) => `${axis} ${Number(this.point[i].toPrecision(4))}`).join(", ");
    const [low, high] = this.figure.window();
    name(this.ring, this.title);
    for (const [key, value] of [["now", this.point[0]], ["min", low], ["max", high], ["text", text]]) {
      this.ring.setAttribute(`aria-value${key}`, plain(value));
    }
  }

  put(point, moving) {
    this.point = point;
    this.place();
    this.move(point, this.figure.frame().pixel, moving);
  }

  // ------------------------------------------------------------------------------------------------------------ dragging

  grab(event) {
    if (event.button !== 0) return;
    this.ring.setPointerCapture(event.pointerId);
    this.pressed = true;
    this.dragged = false;
    event.stopPropagation();
  }

  drag(event) {
    if (!this.pressed) return;
    this.dragged = true;
    this.put(this.under(event), true);
  }

  drop(event) {
    if (!this.pressed) return;
    this.pressed = false;
    event.stopPropagation();
    if (this.dragged) this.put(this.point, false);
  }

  /** The point under the pointer, never outside the picture. */
  under(event) {
    const box = this.figure.frame();
    const [x, y] = this.pixel(event);
    return box.at(clamp(x, box.left, box.right), clamp(y, box.top, box.bottom));
  }

  /** The pointer's position in the picture, in pixels. */
  pixel(event) {
    const host = this.figure.host.getBoundingClientRect();
    return [event.clientX - host.left, event.clientY - host.top];
  }

  /** An arrow moves it by a hundredth of the picture, with shift by a thousandth. */
  key(event) {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [left, right, bottom, top] = this.figure.window();
    const share = event.shiftKey ? 1e-3 : 1e-2;
    const within = (value, ends) => clamp(value, Math.min(...ends), Math.max(...ends));
    const [x, y] = [this.point[0] + way[0] * share * (right - left), this.point[1] + way[1] * share * (top - bottom)];
    this.put([within(x, [left, right]), within(y, [bottom, top])], false);
  }

  // ------------------------------------------------------------------------------------------------- clicks on the map

  press(event) {
    const own = event.target.closest?.(".esl-handle, .esl-fit, .modebar");
    if (own || event.button !== 0 || !this.point || !this.clicks) return;
    const pressed = [event.clientX, event.clientY];
    // On the page: Plotly covers the picture while a button is down.
    document.addEventListener("pointerup", (up) => this.release(up, pressed), { capture: true, once: true });
  }

  release(event, pressed) {
    if (Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > STILL) return;
    const box = this.figure.frame();
    const [x, y] = this.pixel(event);
    if (!box || x < box.left || x > box.right || y < box.top || y > box.bottom) return;
    if (this.clicked && event.timeStamp - this.clicked.since < TWICE) {
      this.put(this.clicked.before, false); // a double click looks at the whole map; it leaves the point where it was
      this.clicked = null;
      return;
    }
    this.clicked = { since: event.timeStamp, before: this.point };
    this.ring.style.pointerEvents = "none"; // a second click is for the map, not for the ring that has just come under the pointer
    setTimeout(() => (this.ring.style.pointerEvents = ""), TWICE);
    this.put(box.at(x, y), false);
  }
}
