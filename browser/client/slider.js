/** @file A live slider: a native range input that sends its value while it is dragged. */

import { component } from "./component.js";
import { make, name, write } from "./dom.js";
import { ICONS } from "./icons.js";
import { placeLabels } from "./labels.js";
import { format, parse } from "./numbers.js";
import { pageOf } from "./page.js";
import { Sender } from "./sender.js";
import { stylesheet } from "./styles.js";
import { clamp, same } from "./values.js";

const SHEETS = await Promise.all(["range.css", "slider.css"].map(stylesheet));

export const mount = component(
  (root) => {
    root.adoptedStyleSheets = SHEETS;
    return new Slider(root);
  },
  (slider, { data, setStateValue }) => {
    slider.sender.post = ({ value, moving }, turn) => setStateValue("sent", { value, moving, turn });
    slider.receive(data);
  },
);

const FINE = 1000; // the range of the native input, whose values are places on the track
const DWELL = 120; // ms that a pointer hovers over a slider before its pictures are fetched
const SWEEP = 4000; // ms for playing from end to end
const NEAR = 0.01; // of the track: a drag that comes this close to a tick lands on it
const THUMB = 24; // px, as in slider.css
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }; // stops

class Slider {
  constructor(root) {
    this.root = make("div", "slider", root);
    const head = make("div", "head", this.root);
    this.label = make("label", "label", head, { for: "range" });
    this.help = make("span", "help", head, { role: "img", tabindex: "0" });
    write(this.help, "?");
    this.button = make("button", "play", head, { onclick: () => this.toggle() });
    const exact = make("span", "exact", head);
    this.field = make("input", "field", exact, { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
    this.unit = make("span", "unit", exact);
    this.marks = make("div", "marks", this.root);
    this.rail = make("div", "rail", this.root);
    this.lines = make("div", "lines", this.rail, { "aria-hidden": "true" });
    this.range = make("input", "esl-range range", this.rail, { id: "range", type: "range", min: "0", max: FINE, step: "any" });
    this.ticks = make("div", "ticks", this.root);
    this.sender = new Sender();
    this.playing = 0; // the frame that is asked for
    this.value = null; // what is shown
    this.knownToPython = null; // the value that was last sent to Python or received from it
    this.range.addEventListener("pointerdown", () => {
      this.dragging = true;
      this.pause();
      this.wantPictures();
    });
    this.range.addEventListener("focus", () => this.wantPictures());
    this.root.addEventListener("pointerenter", () => (this.dwelling = setTimeout(() => this.wantPictures(), DWELL)));
    this.root.addEventListener("pointerleave", () => clearTimeout(this.dwelling));
    this.range.addEventListener("input", () => this.drag());
    for (const end of ["change", "pointerup", "pointercancel", "lostpointercapture"]) {
      this.range.addEventListener(end, () => this.release());
    }
    this.range.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.commit();
      else if (event.key === "Escape") this.show(this.value, true);
    });
    this.field.addEventListener("blur", () => this.commit());
    this.field.addEventListener("focus", () => this.field.select());
    this.prefetch = pageOf(root).prefetch;
    this.disconnect = this.prefetch.listen((control) => this.showPicture(control));
    this.sizes = new ResizeObserver(() => this.place());
    this.sizes.observe(this.root);
  }

  /** Whether a person drags it or it is playing. */
  get moving() {
    return Boolean(this.dragging || this.playing);
  }

  // ------------------------------------------------------------------------------------------------------------ from Python

  receive(data) {
    this.data = data;
    const title = data.symbol ? `${data.label} ${data.symbol}` : data.label;
    if (this.title !== title) {
      this.title = title;
      this.label.replaceChildren(data.label);
      if (data.symbol) this.label.append(" ", Object.assign(document.createElement("i"), { textContent: data.symbol }));
      name(this.range, title);
      name(this.field, title);
    }
    write(this.unit, data.unit);
    this.unit.hidden = !data.unit;
    this.help.hidden = !data.help;
    this.help.title = data.help;
    name(this.help, data.help || "?");
    this.showButton();
    this.makeTicks();
    this.sender.answer(data.answered);
    if (this.sender.settled && !this.moving) this.show((this.knownToPython = data.value));
    else this.show(this.value);
  }

  /** Creates ticks and marks again if they changed. */
  makeTicks() {
    const { ticks, marks, low, high, log, wide } = this.data;
    const wanted = { ticks, marks, low, high, log, wide };
    if (same(wanted, this.shownTicks)) return;
    this.shownTicks = wanted;
    for (const part of [this.ticks, this.marks, this.lines]) part.replaceChildren();
    const addLine = (className, value) => {
      const line = make("i", className, this.lines);
      line.style.setProperty("--at", String(this.placeOf(value)));
      return line;
    };
    for (const [value, text] of ticks) {
      const button = make("button", "tick", this.ticks, { "aria-label": `${this.data.label}: ${text}`, onclick: () => this.set(value) });
      write(button, text);
      addLine("line", value);
    }
    this.limits = marks.map(([value, text, color]) => {
      const mark = make("span", "mark", this.marks);
      mark.style.setProperty("--color", color);
      write(mark, text);
      const line = addLine("line limit", value);
      line.style.setProperty("--color", color);
      return line;
    });
    this.place();
  }

  /** Lays the labels out, never outside the slider. */
  place() {
    if (!this.data) return;
    const width = this.root.clientWidth;
    if (!width) return;
    const layOut = (box, list, slack, up, lines) => {
      const labels = [...box.children];
      const center = ([value]) => THUMB / 2 + this.placeOf(value) * (width - THUMB);
      const { places, rows } = placeLabels(
        labels.map((label, i) => ({ center: center(list[i]), width: label.offsetWidth })),
        width,
        slack,
      );
      const height = labels[0]?.offsetHeight ?? 0;
      box.style.height = `${rows * height}px`;
      places.forEach(({ left, row }, i) => {
        labels[i].style.transform = `translate(${left}px, ${(up ? rows - 1 - row : row) * height}px)`;
        lines[i]?.style.setProperty("--reach", `${row * height}px`);
      });
    };
    layOut(this.ticks, this.data.ticks, 6, false, []); // 6: a button's own padding
    layOut(this.marks, this.data.marks, 0, true, this.limits);
  }

  // -------------------------------------------------------------------------------------------------- value and its place

  /** The place of a value on the track, 0 to 1. */
  placeOf(value) {
    const { low, high, log, wide } = this.data;
    if (wide) return (Math.asinh(value / wide) - Math.asinh(low / wide)) / (Math.asinh(high / wide) - Math.asinh(low / wide));
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  }

  // ----------------------------------------------------------------------------------------------------------- from a person

  /** A drag lands on a tick that is near, else on the nearest stop. */
  drag() {
    const place = Number(this.range.value) / FINE;
    const tick = this.nearest(this.data.ticks.map(([value]) => value), place);
    const near = tick !== undefined && Math.abs(this.placeOf(tick) - place) <= NEAR;
    const value = near ? tick : this.data.stops[this.stopAt(place)];
    if (value === this.value) this.show(value); // the thumb snaps back to it
    else this.set(value);
  }

  /** The value nearest to a place on the track. */
  nearest(values, place) {
    const gap = (value) => Math.abs(this.placeOf(value) - place);
    return values.reduce((best, value) => (best !== undefined && gap(best) <= gap(value) ? best : value), undefined);
  }

  /** The index of the stop nearest to a place on the track. */
  stopAt(place) {
    return this.data.stops.indexOf(this.nearest(this.data.stops, place));
  }

  /** Has the pictures of the stops fetched, the nearest first. */
  wantPictures() {
    this.prefetch.want({ control: this.data.control, count: this.data.stops.length, stop: () => this.stopAt(this.placeOf(this.value)) });
  }

  release() {
    this.dragging = false;
    this.push();
    if (this.sender.idle) this.show(this.data.value); // Python may have changed it
  }

  /** Arrows move by a hundredth of the track, pages by a tenth; a tick on the way is landed on. */
  key(event) {
    const steps = KEYS[event.key];
    const { low, high, stops, ticks } = this.data;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home") this.set(low);
    else if (event.key === "End") this.set(high);
    else if (steps) {
      const here = steps > 0 ? stops.findLastIndex((stop) => stop <= this.value) : stops.findIndex((stop) => stop >= this.value);
      const target = stops[clamp(here + steps, 0, stops.length - 1)];
      const between = ticks.map(([value]) => value).filter((value) => (value - this.value) * (value - target) < 0);
      between.sort((a, b) => Math.abs(a - this.value) - Math.abs(b - this.value));
      this.set(between[0] ?? target);
    } else return;
    event.preventDefault();
  }

  /** Takes the number in the field exactly, within the limits; anything else is replaced by the value. */
  commit() {
    if (this.field.value === this.shownText) return;
    const value = parse(this.field.value);
    const { low, high, integer } = this.data;
    if (Number.isFinite(value)) this.set(clamp(integer ? Math.round(value) : value, low, high));
    this.show(this.value, true);
  }

  /** Sets a value. During a drag its prefetched picture is enough, if there is one or one is coming; else the value goes to Python. */
  set(value) {
    this.show(value);
    const { control, stops } = this.data;
    const stop = stops.indexOf(value);
    const shown = this.prefetch.show(control, stop);
    const coming = !shown && stop >= 0 && this.prefetch.awaits(control, stop);
    if (!this.moving || !(shown || coming)) return this.push();
    if (coming) this.wantPictures();
    this.rough = true;
  }

  /** Shows the picture of the current value when pictures have arrived. */
  showPicture(control) {
    const stop = this.data?.stops.indexOf(this.value) ?? -1;
    if (control !== this.data?.control || stop < 0 || (this.sender.settled && !this.moving)) return;
    if (!this.prefetch.show(control, stop) && this.dragging && !this.prefetch.awaits(control, stop)) this.push();
  }

  // --------------------------------------------------------------------------------------------------------------- playing

  /** Plays to the end from the current value, or from the start if it is at the end; or pauses. */
  toggle() {
    if (this.playing) return this.pause();
    const { control, stops } = this.data;
    if (this.placeOf(this.value) > 1 - NEAR) this.show(stops[0]);
    let [place, before] = [this.placeOf(this.value), performance.now()];
    this.wantPictures();
    const tick = (now) => {
      const next = Math.min(1, place + Math.max(0, now - before) / SWEEP);
      before = now;
      const stop = this.stopAt(next);
      // While the picture of the next stop is on its way, playing waits.
      if (this.prefetch.awaits(control, stop)) this.wantPictures();
      else {
        place = next;
        if (stops[stop] !== this.played) this.set((this.played = stops[stop]));
      }
      if (place >= 1) return this.pause();
      this.playing = requestAnimationFrame(tick);
    };
    this.played = null;
    this.playing = requestAnimationFrame(tick);
    this.showButton();
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.showButton();
    this.push();
  }

  showButton() {
    this.button.hidden = !this.data.play;
    this.button.innerHTML = this.playing ? ICONS.pause : ICONS.play;
    name(this.button, this.data.play);
    this.button.setAttribute("aria-pressed", String(Boolean(this.playing)));
    this.button.title = this.data.play;
  }

  /** @param force also in the field while a person is typing */
  show(value, force = false) {
    this.value = value;
    const place = this.placeOf(value);
    this.range.value = String(place * FINE);
    this.range.style.setProperty("--esl-done", `calc(${THUMB / 2}px + ${place} * (100% - ${THUMB}px))`);
    const text = format(value, this.data.integer);
    this.range.setAttribute("aria-valuetext", [text, this.data.unit].filter(Boolean).join(" "));
    const typing = this.field.matches(":focus") && this.field.value !== this.shownText;
    if (!typing || force) this.field.value = text;
    this.shownText = text;
  }

  /** Sends the value to Python if it is new; and again on release, since Python may have drawn it coarsely during the drag. */
  push() {
    if (this.value === this.knownToPython && !(this.rough && !this.moving)) return;
    this.knownToPython = this.value;
    this.rough = this.moving;
    this.sender.offer({ value: this.value, moving: this.rough });
  }

  close() {
    cancelAnimationFrame(this.playing);
    clearTimeout(this.dwelling);
    this.disconnect();
    this.prefetch.forget(this.data?.control);
    if (this.rough) this.prefetch.restore();
    this.sender.close();
    this.sizes.disconnect();
    this.root.remove();
  }
}
