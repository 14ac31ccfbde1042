/** @file Buttons, bar and switch under the panels. */

import { fill, make, name, write } from "./dom.js";
import { ICONS } from "./icons.js";
import { same } from "./values.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const UNITS = { updates: "update", epochs: "epoch", evaluations: "evaluation" };
const CLOCKS = ["updates", "epochs", "evaluations"];

function toggleButton(icon, parent) {
  const button = make("button", `esl-button esl-details esl-${icon}`, parent, { type: "button" });
  make("span", "esl-icon", button).innerHTML = ICONS[icon];
  make("span", "esl-details-word", button);
  return button;
}

/** Buttons, bar and switch under the panels. It knows no drawing: it asks the board. */
export class Player {
  constructor(parent, board) {
    this.board = board;
    this.root = make("div", "esl-player", parent);
    const bar = make("div", "esl-transport", this.root);
    this.play = make("button", "esl-button esl-play", bar, { type: "button" });
    this.playIcon = make("span", "esl-icon", this.play);
    this.playWord = make("span", "esl-play-word", this.play);
    this.step = make("button", "esl-button esl-step", bar, { type: "button" });
    this.step.innerHTML = `<span class="esl-icon">${ICONS.step}</span>`;
    this.scrub = make("input", "esl-scrub", bar, { type: "range", min: "0", step: "1" });
    this.update = make("span", "esl-update", bar);
    const speed = make("label", "esl-field", bar);
    this.speedWord = make("span", "esl-speed-word", speed);
    this.speed = make("select", "esl-select esl-speed", speed);
    for (const times of SPEEDS) make("option", "", this.speed, { value: times }).textContent = `${times}×`;
    this.speed.value = "1";
    this.clockField = make("label", "esl-field esl-clock-field", bar);
    this.clockWord = make("span", "esl-clock-word", this.clockField);
    this.clock = make("select", "esl-select esl-clock", this.clockField);
    for (const clock of CLOCKS) make("option", "", this.clock, { value: clock });
    this.details = toggleButton("arrows", bar);
    this.flip = toggleButton("pages", bar);
    this.redraw = make("button", "esl-button esl-redraw", bar, { type: "button" });
    this.redraw.onclick = () => board.redraw();
    this.views = make("div", "esl-views", this.root);
    this.group = make("div", "esl-switch", this.views, { role: "group" });
    this.contour = make("button", "esl-button esl-view", this.group, { type: "button" });
    this.surface = make("button", "esl-button esl-view", this.group, { type: "button" });
    this.whichField = make("label", "esl-field esl-which", this.views);
    this.whichWord = make("span", "", this.whichField);
    this.which = make("select", "esl-select", this.whichField);
    this.moves = make("p", "esl-moves", this.root, { hidden: "" });
    this.note = make("p", "esl-note", this.root, { role: "status", hidden: "" });
    this.play.onclick = () => board.toggle();
    this.step.onclick = () => board.step();
    this.scrub.oninput = () => board.seek(Number(this.scrub.value));
    this.speed.onchange = () => board.restart();
    this.details.onclick = () => board.toggleDetails();
    this.flip.onclick = () => board.toggleFlip();
    this.clock.onchange = () => board.count(this.clock.value);
    this.contour.onclick = () => board.choose("contour");
    this.surface.onclick = () => board.choose("surface");
    this.which.onchange = () => board.choose("surface", Number(this.which.value));
  }

  describe({ words, player, panels, moving }) {
    this.words = words;
    this.batches = player.batches;
    name(this.step, words.step);
    this.step.title = words.step;
    name(this.scrub, words.scrub);
    write(this.speedWord, words.speed);
    write(this.details.lastChild, words.details);
    write(this.flip.lastChild, words.flip);
    this.flip.title = words.flip_help;
    this.flip.hidden = player.batches === 1;
    write(this.redraw, words.redraw);
    this.redraw.hidden = !player.redraws;
    this.details.title = words.details_help;
    this.details.hidden = player.details === null;
    write(this.clockWord, words.clock);
    CLOCKS.forEach((clock, i) => write(this.clock.options[i], words[clock]));
    this.clockField.hidden = !player.clocked; // all clocks are one
    this.detailed = player.details;
    this.details.setAttribute("aria-pressed", String(Boolean(player.details)));
    write(this.contour, words.contour);
    write(this.surface, words.surface);
    write(this.whichWord, words.which);
    name(this.group, words.view ?? `${words.contour} | ${words.surface}`);
    if (moving) return; // a rough picture has no surfaces; the switch stays
    const surfaces = panels.map((panel, i) => ({ i, title: panel.title })).filter(({ i }) => panels[i].surface);
    this.views.hidden = surfaces.length === 0;
    if (!same(surfaces, this.listed)) {
      this.listed = surfaces;
      this.which.replaceChildren();
      for (const { i, title } of surfaces) make("option", "", this.which, { value: i }).textContent = title;
    }
  }

  /** @param tick the tick of the bar that is shown */
  showTick(tick, length, clock, playing) {
    this.scrub.max = String(length);
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
    this.scrub.value = String(tick);
    this.scrub.style.setProperty("--esl-done", `${length ? (100 * tick) / length : 0}%`);
    this.scrub.setAttribute("aria-valuetext", text);
    write(this.update, text);
  }

  showFlip(flip) {
    this.flip.setAttribute("aria-pressed", String(Boolean(flip)));
  }

  showView(view, panel) {
    this.contour.setAttribute("aria-pressed", String(view === "contour"));
    this.surface.setAttribute("aria-pressed", String(view === "surface"));
    this.whichField.hidden = view !== "surface" || this.which.options.length < 2;
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
