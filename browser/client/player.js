/** @file Buttons, bar and switch under the panels. */

import { fill, make, name, write } from "./dom.js";
import { ICONS } from "./icons.js";
import { same } from "./values.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const UNITS = { updates: "update", epochs: "epoch", evaluations: "evaluation" };
const CLOCKS = Object.keys(UNITS);

/** Buttons, bar and switch under the panels. It knows no drawing: it asks the board. */
export class Player {
  constructor(parent, board) {
    this.texts = new Map(); // element -> which of the words it shows
    this.root = make("div", "esl-player", parent);
    const bar = make("div", "esl-transport", this.root);
    this.play = make("button", "esl-button esl-play", bar, { onclick: () => board.toggle() });
    this.playIcon = make("span", "esl-icon", this.play);
    this.playWord = make("span", "esl-play-word", this.play);
    this.step = make("button", "esl-button esl-step", bar, { onclick: () => board.step() });
    make("span", "esl-icon", this.step).innerHTML = ICONS.step;
    this.scrub = make("input", "esl-range esl-scrub", bar, { type: "range", min: "0", step: "1", oninput: () => board.seek(Number(this.scrub.value)) });
    this.update = make("span", "esl-update", bar);
    this.speed = this.menu("speed", bar, () => board.restart());
    this.speed.append(...SPEEDS.map((times) => new Option(`${times}×`, String(times), times === 1, times === 1)));
    this.clock = this.menu("clock", bar, () => board.switchClock(this.clock.value));
    this.clock.append(...CLOCKS.map((clock) => new Option("", clock)));
    CLOCKS.forEach((clock, i) => this.texts.set(this.clock.options[i], clock));
    this.details = this.button("details", "esl-toggle", bar, () => board.toggleDetails(), ICONS.arrows);
    this.flip = this.button("flip", "esl-toggle esl-flip", bar, () => board.toggleFlip(), ICONS.pages);
    this.redraw = this.button("redraw", "esl-redraw", bar, () => board.redraw());
    this.views = make("div", "esl-views", this.root);
    this.group = make("div", "esl-switch", this.views, { role: "group" });
    this.contour = this.button("contour", "esl-view", this.group, () => board.choose("contour"));
    this.surface = this.button("surface", "esl-view", this.group, () => board.choose("surface"));
    this.which = this.menu("which", this.views, () => board.choose("surface", Number(this.which.value)));
    this.moves = make("p", "esl-moves", this.root, { hidden: "" });
    this.note = make("p", "esl-note", this.root, { role: "status", hidden: "" });
  }

  /** A button with one of the words on it. With an icon the word may have to give way to it. */
  button(word, className, parent, onclick, icon = "") {
    const button = make("button", `esl-button ${className}`, parent, { onclick });
    if (icon) make("span", "esl-icon", button).innerHTML = icon;
    this.texts.set(icon ? make("span", "esl-toggle-word", button) : button, word);
    return button;
  }

  /** A menu with one of the words in front of it. */
  menu(word, parent, onchange) {
    const field = make("label", `esl-field esl-${word}-field`, parent);
    this.texts.set(make("span", `esl-${word}-word`, field), word);
    return make("select", `esl-select esl-${word}`, field, { onchange });
  }

  describe({ words, player, panels, moving }) {
    this.words = words;
    this.batches = player.batches;
    for (const [element, word] of this.texts) write(element, words[word]);
    name(this.step, words.step);
    this.step.title = words.step;
    name(this.scrub, words.scrub);
    this.flip.title = words.flip_help;
    this.flip.hidden = player.batches === 1;
    this.redraw.hidden = !player.redraws;
    this.details.title = words.details_help;
    this.details.hidden = player.details === null;
    hideMenu(this.clock, !player.clocked); // all clocks are one
    this.detailed = player.details;
    press(this.details, player.details);
    name(this.group, words.view);
    if (moving) return; // a rough picture has no surfaces; the switch stays
    const surfaces = panels.map((panel, i) => ({ i, title: panel.title })).filter(({ i }) => panels[i].surface);
    this.views.hidden = surfaces.length === 0;
    if (same(surfaces, this.listed)) return;
    this.listed = surfaces;
    this.which.replaceChildren(...surfaces.map(({ i, title }) => new Option(title, String(i))));
  }

  /**
   * @param tick the one that is shown
   * @param {import("./pace.js").Pace} pace
   */
  showTick(tick, pace, clock, playing) {
    const { length, end } = pace;
    this.scrub.max = String(end);
    this.clock.value = clock;
    for (const control of [this.play, this.step, this.scrub, this.speed]) control.disabled = length === 0;
    const state = playing ? "pause" : "play";
    if (this.state !== state) {
      this.state = state;
      this.playIcon.innerHTML = ICONS[state];
    }
    write(this.playWord, this.words[state]);
    const epochs = (ticks) => (ticks / this.batches).toFixed(this.batches > 1 ? 1 : 0);
    const shown = clock === "epochs" ? { k: epochs(tick), n: epochs(length) } : { k: tick, n: length };
    const text = fill(this.words[UNITS[clock]], shown);
    const stop = pace.stop(tick);
    this.scrub.value = String(stop);
    this.scrub.style.setProperty("--esl-done", `${end ? (100 * stop) / end : 0}%`);
    this.scrub.setAttribute("aria-valuetext", text);
    write(this.update, text);
  }

  showFlip(flip) {
    press(this.flip, flip);
  }

  showView(view, panel) {
    press(this.contour, view === "contour");
    press(this.surface, view === "surface");
    hideMenu(this.which, view !== "surface" || this.which.options.length < 2);
    this.which.value = String(panel);
  }

  /** What the arrows are, and how much they are enlarged in each picture. */
  explain(enlarged) {
    this.moves.hidden = !this.detailed;
    if (this.moves.hidden) return;
    const times = enlarged.map((factor) => `×${factor}`).join(", ");
    write(this.moves, this.words.moves + (enlarged.some((factor) => factor > 1) ? ` ${fill(this.words.enlarged, { times })}` : ""));
  }

  warn(text) {
    this.note.hidden = !text;
    write(this.note, text ?? "");
  }
}

const hideMenu = (menu, hidden) => (menu.parentElement.hidden = hidden);
const press = (button, pressed) => button.setAttribute("aria-pressed", String(Boolean(pressed)));
