/** @file A live slider: a native range input that sends its value while it is dragged. */

import { make, write } from "./dom.js";
import { films } from "./films.js";
import { ICONS } from "./icons.js";
import { mounted } from "./mounted.js";
import { Sender } from "./sender.js";
import { stylesheet } from "./styles.js";

const SHEET = await stylesheet("slider.css");

export const mount = mounted(
  (root) => {
    root.adoptedStyleSheets = [SHEET];
    return new Slider(root);
  },
  (slider, { data, setStateValue }) => {
    slider.sender.post = ({ value, moving }, turn) => setStateValue("sent", { value, moving, turn });
    slider.receive(data);
  },
);

const FINE = 1000; // the native input runs from 0 to 1000; what it means is ours
const DWELL = 120; // ms that a pointer rests on a slider before its pictures are fetched
const SWEEP = 4000; // ms that playing takes from end to end
const NEAR = 0.01; // of the track: how close to a tick a drag lands on it
const THUMB = 24; // px, as in slider.css

/** Four significant digits, without idle zeros. */
function format(value, integer) {
  if (integer) return String(Math.round(value));
  const [digits, exponent] = value.toPrecision(4).split("e");
  const tidy = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return exponent ? `${tidy}e${Number(exponent)}` : tidy;
}

/** What a person typed as a number; a comma may stand for the point. NaN if it is none. */
function parse(text) {
  const plain = text.trim().replace("−", "-").replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  return plain ? Number(plain) : NaN;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Places labels in as few rows as keep them apart: each as near to its place as the edges allow, give or take `slack` pixels.
 * @param {{center: number, width: number}[]} labels
 * @returns {{places: {left: number, row: number}[], rows: number}}
 */
function spread(labels, width, slack) {
  const rows = [];
  const places = labels.map(() => null);
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].center - labels[b].center);
  for (const i of order) {
    const left = clamp(labels[i].center - labels[i].width / 2, -slack, Math.max(-slack, width + slack - labels[i].width));
    let row = 0;
    while (rows[row] !== undefined && rows[row] > left) row++;
    rows[row] = left + labels[i].width + 6;
    places[i] = { left, row };
  }
  return { places, rows: rows.length };
}

class Slider {
  constructor(root) {
    this.root = make("div", "slider", root);
    const head = make("div", "head", this.root);
    this.label = make("label", "label", head, { for: "range" });
    this.help = make("span", "help", head, { role: "img", tabindex: "0" });
    write(this.help, "?");
    this.button = make("button", "play", head, { type: "button" });
    this.button.onclick = () => this.toggle();
    const exact = make("span", "exact", head);
    this.field = make("input", "field", exact, { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
    this.unit = make("span", "unit", exact);
    this.marks = make("div", "marks", this.root);
    this.rail = make("div", "rail", this.root);
    this.lines = make("div", "lines", this.rail, { "aria-hidden": "true" });
    this.range = make("input", "range", this.rail, { id: "range", type: "range", min: "0", max: FINE, step: "any" });
    this.ticks = make("div", "ticks", this.root);
    this.sender = new Sender();
    this.value = null; // what is shown
    this.told = null; // what Python knows or is about to hear: sent by us, or given by it
    this.range.addEventListener("pointerdown", () => {
      this.dragging = true;
      this.pause();
      this.wanted();
    });
    this.range.addEventListener("focus", () => this.wanted());
    this.root.addEventListener("pointerenter", () => (this.dwelling = setTimeout(() => this.wanted(), DWELL)));
    this.root.addEventListener("pointerleave", () => clearTimeout(this.dwelling));
    this.range.addEventListener("input", () => this.dragged());
    for (const end of ["change", "pointerup", "pointercancel", "lostpointercapture"]) {
      this.range.addEventListener(end, () => this.released());
    }
    this.range.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.typed();
      else if (event.key === "Escape") this.show(this.value, true);
    });
    this.field.addEventListener("blur", () => this.typed());
    this.field.addEventListener("focus", () => this.field.select());
    this.listen = (control) => this.came(control);
    films.waiting.add(this.listen);
    this.sizes = new ResizeObserver(() => this.place());
    this.sizes.observe(this.root);
  }

  // ------------------------------------------------------------------------------------------------------------ from Python

  receive(data) {
    this.data = data;
    const named = data.symbol ? `${data.label} ${data.symbol}` : data.label;
    if (this.named !== named) {
      this.named = named;
      this.label.replaceChildren(data.label);
      if (data.symbol) this.label.append(" ", Object.assign(document.createElement("i"), { textContent: data.symbol }));
      this.range.setAttribute("aria-label", named);
      this.field.setAttribute("aria-label", named);
    }
    write(this.unit, data.unit);
    this.unit.hidden = !data.unit;
    this.help.hidden = !data.help;
    this.help.title = data.help;
    this.help.setAttribute("aria-label", data.help || "?");
    this.face();
    this.furnish();
    this.sender.heard(data.seen);
    if (!this.sender.behind && !this.dragging && !this.playing && this.sender.wishes.size === 0) {
      this.told = data.value;
      this.show(data.value);
    } else this.show(this.value);
  }

  /** Ticks and marks, made anew only where they changed. */
  furnish() {
    const { ticks, marks, low, high, log, wide } = this.data;
    const wanted = JSON.stringify([ticks, marks, low, high, log, wide]);
    if (this.furnished === wanted) return;
    this.furnished = wanted;
    for (const part of [this.ticks, this.marks, this.lines]) part.replaceChildren();
    for (const [at, text] of ticks) {
      const button = make("button", "tick", this.ticks, { type: "button", "aria-label": `${this.data.label}: ${text}` });
      write(button, text);
      button.onclick = () => this.set(at);
      make("i", "line", this.lines).style.setProperty("--at", this.place01(at));
    }
    for (const [at, text, color] of marks) {
      const mark = make("span", "mark", this.marks);
      mark.style.setProperty("--color", color);
      write(mark, text);
      const line = make("i", "line limit", this.lines);
      line.style.setProperty("--at", this.place01(at));
      line.style.setProperty("--color", color);
      mark.line = line;
    }
    this.place();
  }

  /** Lays the labels out where there is room, never outside the slider. */
  place() {
    if (!this.data) return;
    const width = this.root.clientWidth;
    if (!width) return;
    const center = (at) => THUMB / 2 + this.place01(at) * (width - THUMB);
    for (const [box, list, up] of [[this.ticks, this.data.ticks, false], [this.marks, this.data.marks, true]]) {
      const children = [...box.children];
      const { places, rows } = spread(
        children.map((child, i) => ({ center: center(list[i][0]), width: child.offsetWidth })),
        width,
        up ? 0 : 6, // a button's own padding
      );
      const height = children[0]?.offsetHeight ?? 0;
      box.style.height = `${rows * height}px`;
      children.forEach((child, i) => {
        const { left, row } = places[i];
        const from = up ? rows - 1 - row : row;
        child.style.transform = `translate(${left}px, ${from * height}px)`;
        child.line?.style.setProperty("--reach", `${row * height}px`);
      });
    }
  }

  // -------------------------------------------------------------------------------------------------- value and its place

  /** The place of a value on the track, 0 to 1. */
  place01(value) {
    const { low, high, log, wide } = this.data;
    if (wide) return (Math.asinh(value / wide) - Math.asinh(low / wide)) / (Math.asinh(high / wide) - Math.asinh(low / wide));
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  }

  // ----------------------------------------------------------------------------------------------------------- from a person

  /** A drag lands on a tick that is near, else on the nearest stop. */
  dragged() {
    const place = Number(this.range.value) / FINE;
    const near = this.data.ticks
      .map(([at]) => ({ at, gap: Math.abs(this.place01(at) - place) }))
      .filter(({ gap }) => gap <= NEAR)
      .sort((a, b) => a.gap - b.gap);
    const value = near.length ? near[0].at : this.data.stops[this.stopAt(place)];
    if (value === this.value) this.show(value); // the thumb snaps back to it
    else this.set(value);
  }

  /** The number of the stop that is nearest to a place. */
  stopAt(place) {
    let best = 0;
    this.data.stops.forEach((stop, i) => {
      if (Math.abs(this.place01(stop) - place) < Math.abs(this.place01(this.data.stops[best]) - place)) best = i;
    });
    return best;
  }

  /** A hand is here: the pictures of the stops are fetched. */
  wanted() {
    films.want({ control: this.data.control, count: this.data.stops.length, stop: () => this.stopAt(this.place01(this.value)) });
  }

  released() {
    this.dragging = false;
    this.push();
    if (this.sender.idle) this.show(this.data.value); // what Python made of it
  }

  /** Arrows move by a hundredth of the track, pages by a tenth; a tick on the way is landed on. */
  key(event) {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    const { low, high, ticks } = this.data;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home") this.set(low);
    else if (event.key === "End") this.set(high);
    else if (steps) {
      const { stops } = this.data;
      const here = steps > 0 ? stops.findLastIndex((stop) => stop <= this.value) : stops.findIndex((stop) => stop >= this.value);
      const target = stops[clamp(here + steps, 0, stops.length - 1)];
      const between = ticks.map(([at]) => at).filter((at) => (at - this.value) * (at - target) < 0);
      between.sort((a, b) => Math.abs(a - this.value) - Math.abs(b - this.value));
      this.set(between[0] ?? target);
    } else return;
    event.preventDefault();
  }

  /** A number in the field is taken exactly, inside the limits; anything else is put back. */
  typed() {
    if (this.field.value === this.shown) return;
    const value = parse(this.field.value);
    const { low, high, integer } = this.data;
    if (Number.isFinite(value)) this.set(clamp(integer ? Math.round(value) : value, low, high));
    this.show(this.value, true);
  }

  /** A value from a hand. Its picture is here, or on its way; else Python is asked for it, as it is when the hand has come to rest. */
  set(value) {
    this.show(value);
    const held = this.dragging || this.playing;
    const stop = this.data.stops.indexOf(value);
    const shown = films.play(this.data.control, stop);
    if (held && !shown && stop >= 0 && films.awaits(this.data.control, stop)) this.wanted();
    else if (!held || !shown) return this.push();
    this.rough = true;
    return undefined;
  }

  /** Pictures have come: that of the value under the hand is shown. */
  came(control) {
    const stop = this.data?.stops.indexOf(this.value) ?? -1;
    if (control !== this.data?.control || stop < 0 || !(this.dragging || this.playing || !this.sender.settled)) return;
    if (!films.play(control, stop) && this.dragging && !films.awaits(control, stop)) this.push();
  }

  // --------------------------------------------------------------------------------------------------------------- playing

  /** From end to end, or to the end from where it is. */
  toggle() {
    if (this.playing) return this.pause();
    const { control, stops } = this.data;
    if (this.place01(this.value) > 1 - NEAR) this.show(stops[0]);
    let [place, before] = [this.place01(this.value), performance.now()];
    this.wanted();
    const tick = (now) => {
      const next = Math.min(1, place + Math.max(0, now - before) / SWEEP);
      before = now;
      const stop = this.stopAt(next);
      // Where its picture is on its way, time stands still.
      if (films.awaits(control, stop)) this.wanted();
      else {
        place = next;
        if (stops[stop] !== this.played) this.set((this.played = stops[stop]));
      }
      if (place >= 1) return this.pause();
      this.playing = requestAnimationFrame(tick);
      return undefined;
    };
    this.played = null;
    this.playing = requestAnimationFrame(tick);
    return this.face();
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.face();
    this.push();
  }

  face() {
    this.button.hidden = !this.data.play;
    this.button.innerHTML = this.playing ? ICONS.pause : ICONS.play;
    this.button.setAttribute("aria-label", this.data.play);
    this.button.setAttribute("aria-pressed", String(Boolean(this.playing)));
    this.button.title = this.data.play;
  }

  /** @param force also into the field that is being typed in */
  show(value, force = false) {
    this.value = value;
    const place = this.place01(value);
    this.range.value = String(place * FINE);
    this.range.style.setProperty("--done", `calc(${THUMB / 2}px + ${place} * (100% - ${THUMB}px))`);
    const text = format(value, this.data.integer);
    this.range.setAttribute("aria-valuetext", [text, this.data.unit].filter(Boolean).join(" "));
    const typing = this.field.matches(":focus") && this.field.value !== this.shown;
    if (!typing || force) this.field.value = text;
    this.shown = text;
  }

  /** To Python, where it does not know it yet; and once more on release, since it may draw roughly what is still moving. */
  push() {
    const held = Boolean(this.dragging || this.playing);
    if (this.value === this.told && !(this.rough && !held)) return;
    this.told = this.value;
    this.rough = held;
    this.sender.offer({ value: this.value, moving: this.rough });
  }

  close() {
    cancelAnimationFrame(this.playing);
    clearTimeout(this.dwelling);
    films.waiting.delete(this.listen);
    films.forget(this.data?.control);
    if (this.rough) films.release?.();
    this.sender.close();
    this.sizes.disconnect();
    this.root.remove();
  }
}
