/** @file The board: panels with a contour each, walks on a canvas over it, one player for all, one 3-D surface on demand. */

import { sheet } from "./canvas.js";
import { keep, make, name, write } from "./dom.js";
import { Figure } from "./figure.js";
import { films } from "./films.js";
import { mounted } from "./mounted.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";
import { parcel } from "./parcels.js";
import { plotly } from "./plotly.js";
import { Sender } from "./sender.js";
import { pageStyles } from "./styles.js";
import { Surface, webgl } from "./surface.js";
import { readTheme } from "./theme.js";
import { timed } from "./timed.js";
import { unpack } from "./unpack.js";
import { reached, same } from "./values.js";

await pageStyles();

export const mount = mounted(
  (root) => new Board(root),
  (board, { data, setStateValue }) => {
    board.report = (choice) => setStateValue("choice", choice);
    board.acts.post = (act, turn) => setStateValue("act", { ...act, turn });
    board.receive(unpack(data));
  },
);
const REST = 90; // ms
const SELDOM = 400; // ms between two surfaces, at most, while a hand moves
const FLIP = "flip-book"; // as in board.py
const MISSED = 1000; // ms after which what Python has drawn is here, if it comes at all

/** How long a whole walk takes to play at normal speed, in milliseconds: few updates need less. */
const duration = (length) => Math.min(4000, Math.max(600, length * 400));

const still = matchMedia("(prefers-reduced-motion: reduce)");

class Board {
  constructor(root) {
    this.root = make("div", "esl-board", root);
    this.figures = new WeakMap(); // host -> figure
    this.sizes = new ResizeObserver((entries) => this.resized(entries));
    this.panelRow = make("div", "esl-panels", this.root);
    this.player = new Player(this.panelRow, this); // right under the numbers, see board.css
    this.curves = new Figure(this.root, "esl-curves");
    this.cursor = make("canvas", "esl-canvas", this.curves.host, { "aria-hidden": "true" });
    this.curves.onchange = () => this.paintCursor();
    this.live = make("p", "esl-live", this.root, { "aria-live": "polite" });
    this.watch(this.curves);
    this.panels = [];
    this.surface = null;
    this.data = null;
    this.acts = new Sender(); // what a person does to the picture: start and window
    this.received = 0;
    films.release = () => this.sent && this.show(this.sent);
    this.came = (control) => control === FLIP && this.data && this.draw();
    films.waiting.add(this.came);
    films.show = (picture) => this.data && this.show(this.moving(picture));
    films.drawn = this.drawnTo = (edit) => this.check(edit);
    this.k = 0; // the tick of the bar
    this.clock = "updates";
    this.view = "contour";
    this.surfacePanel = 0;
    this.heard = null; // what Python last said of the view
    this.asked = null; // what a person chose and Python has not yet said back
  }

  /** New data or a new theme. The arrays travel apart; the last data win. */
  async receive(data) {
    this.received += 1;
    const turn = this.received;
    const late = setInterval(() => (turn === this.received && !this.closed ? this.ask(data.edit) : clearInterval(late)), 2 * MISSED);
    const panels = await Promise.all(
      data.panels.map(async (panel) => ({ ...panel, ...(await parcel(panel.picture)), ...(await parcel(panel.walks)) })),
    );
    clearInterval(late);
    if (turn !== this.received || this.closed) return;
    this.acts.heard(data.seen);
    this.sent = { ...data, panels };
    this.show(this.sent);
    films.replay(); // a hand may be further on
  }

  /**
   * Asks Python to send this change once more. Arrays do not come, for one, where Streamlit calls a component with the data that it had
   * when its script began to load, and forgets what came meanwhile.
   */
  ask(edit) {
    this.again = edit;
    this.acts.offer({ kind: "again", panel: 0, at: null, pixel: null, moving: false }, "again");
  }

  /**
   * Python has drawn this change of a person. Streamlit loses such a drawing where a question for a film reaches it in the very moment in
   * which it ends; so who has not got it after a while asks again, once.
   */
  check(edit) {
    clearTimeout(this.checking);
    const missed = () => !this.closed && this.sent && edit > this.sent.edit && edit !== this.again;
    if (!missed()) return;
    this.checking = setTimeout(() => missed() && this.ask(edit), MISSED);
  }

  /** Words and numbers at once, pictures as soon as the last drawing is done. */
  show(data) {
    const before = this.data;
    const atEnd = !before || this.k >= this.length();
    this.data = data;
    this.adopt({ view: data.view, panel: data.surface_panel, clock: data.player.clock, details: data.player.details, flip: data.player.flip });
    this.k = this.playing || !atEnd ? Math.min(this.k, this.length()) : this.length();
    this.panelRow.dataset.count = data.panels.length;
    keep(this.panels, data.panels.length, () => new Panel(this.panelRow, this));
    this.player.say(data);
    this.player.open(this.flip);
    this.theme = readTheme(this.root);
    this.root.classList.toggle("esl-dark", this.theme.dark);
    this.panels.forEach((panel, i) => panel.say(data.panels[i], this.theme, data.words));
    this.curves.host.hidden = !data.curves;
    name(this.curves.host, data.words.curves);
    if (this.playing) this.restart();
    this.tell();
    this.announce();
    this.draw();
  }

  /** A picture of a film over what is shown. It has a surface only where one is shown, else the one there is stays. */
  moving(picture) {
    const panels = picture.panels.map((panel, i) => ({ ...panel, surface: panel.surface ?? this.data.panels[i]?.surface ?? null }));
    return { ...this.data, ...picture, panels, flat: !picture.panels.some((panel) => panel.surface) };
  }

  /** How many ticks the bar holds. */
  length() {
    return this.data.player.length[this.clock];
  }

  /** Python's view counts where Python changed it; an echo of an older choice does not undo a newer one. */
  adopt(said) {
    const changed = !same(said, this.heard);
    this.heard = said;
    if (this.asked) {
      if (same(said, this.asked.choice)) this.asked = null;
      else if (performance.now() - this.asked.since < 3000) return;
      this.asked = null;
    }
    if (changed) [this.view, this.surfacePanel, this.clock, this.details, this.flip] = [said.view, said.panel, said.clock, said.details, said.flip];
  }

  async draw() {
    this.stale = true;
    if (this.drawing) return;
    this.drawing = true;
    try {
      while (this.stale && !this.closed) {
        this.stale = false;
        await this.drawOnce();
      }
    } catch (error) {
      this.player.warn(String(error?.message ?? error));
    } finally {
      this.drawing = false;
    }
  }

  async drawOnce() {
    const library = await plotly(this.data.plotly);
    const { data, theme } = this;
    for (const [i, panel] of [...this.panels].entries()) {
      if (this.stale || this.closed) return;
      await panel.draw(library, data.panels[i], theme, this.page(i));
    }
    if (this.stale || this.closed) return;
    this.counted("contours");
    if (data.curves) await this.curves.draw(library, timed(data, this.clock), theme);
    this.paintCursor();
    if (!data.flat) {
      // It is slow: the screen comes first, and newer data; but a hand that never rests sees it now and then.
      const late = performance.now() - (this.surfaced ?? 0) > SELDOM;
      for (let frame = 0; !late && this.view === "surface" && frame < 2; frame++) await new Promise(requestAnimationFrame);
      if ((this.stale && !late) || this.closed) return;
      await this.drawSurface(library);
      this.surfaced = performance.now();
      this.counted("surface");
    }
    await this.rest(); // the small pictures wait for a hand that moves on
    for (const [i, panel] of [...this.panels].entries()) {
      if (this.stale || this.closed) return;
      await panel.drawCloud(library, data.panels[i], theme);
    }
    this.counted("drawn");
  }

  /** A moment without newer data, or until there are some. */
  async rest() {
    const until = performance.now() + REST;
    while (!this.stale && !this.closed && performance.now() < until) await new Promise(requestAnimationFrame);
  }

  /** How often something was painted, for who watches from outside. */
  counted(what) {
    this.root.dataset[what] = String(Number(this.root.dataset[what] ?? 0) + 1);
  }

  /** The flip-book's page of this update for a panel, if it is open and the page has come. */
  page(panel) {
    if (!this.flip || this.k >= this.length()) return null;
    return films.film(FLIP).frames.get(this.k)?.pages[panel] ?? null;
  }

  async drawSurface(library) {
    const wanted = this.view === "surface" && this.deepPanel() !== -1;
    const able = !wanted || webgl();
    this.player.warn(able ? null : this.data.words.no_webgl);
    this.player.look(wanted && able ? "surface" : "contour", this.deepPanel());
    if (!wanted || !able) return this.surface?.hide();
    this.surface ??= this.openSurface();
    await this.surface.draw(library, this.panels[this.deepPanel()], this.theme);
  }

  openSurface() {
    const surface = new Surface(this);
    this.watch(surface.figure);
    return surface;
  }

  /** The panel whose surface is shown: the picked one, or the first that has one. */
  deepPanel() {
    const { panels } = this.data;
    return panels[this.surfacePanel]?.surface ? this.surfacePanel : panels.findIndex((panel) => panel.surface);
  }

  watch(figure) {
    this.figures.set(figure.host, figure);
    this.sizes.observe(figure.host);
  }

  resized(entries) {
    for (const { target, contentRect } of entries) {
      this.figures.get(target).size = [Math.round(contentRect.width), Math.round(contentRect.height)];
    }
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.data && !this.closed && this.draw(), 60);
  }

  // ---------------------------------------------------------------------------------------------------------------- the view

  /** A person switches the view or picks a panel: at once here, then told to Python. */
  choose(view, panel = this.deepPanel()) {
    if (view === "surface" && !webgl()) return this.player.warn(this.data.words.no_webgl);
    if (view === this.view && panel === this.surfacePanel) return undefined;
    [this.view, this.surfacePanel] = [view, Math.max(0, panel)];
    this.player.look(view, this.surfacePanel);
    this.draw();
    return this.chosen();
  }

  /** The bar counts by updates or by epochs; the walks stand where the first of them was. */
  count(clock) {
    const share = this.k / (this.length() || 1);
    this.clock = clock;
    this.k = Math.round(share * this.length());
    this.restart();
    this.move();
    this.draw();
    this.chosen();
  }

  /** Python is asked for what each update was made of, or not any more. */
  detail() {
    this.details = !this.data.player.details;
    this.chosen();
  }

  /** The flip-book is opened or shut; opened at the end, it begins at the beginning. */
  leaf() {
    this.flip = !this.flip;
    if (this.flip && this.k >= this.length()) this.k = 0;
    if (!this.flip) films.forget(FLIP);
    this.player.open(this.flip);
    this.move();
    this.draw();
    this.chosen();
  }

  chosen() {
    const details = this.details ?? this.data.player.details;
    const choice = { view: this.view, panel: this.surfacePanel, clock: this.clock, details, flip: Boolean(this.flip) };
    this.asked = { choice, since: performance.now() };
    this.report(choice);
  }

  // ----------------------------------------------------------------------------------------------- what a person does to it

  /** @param kind "start" or "point" @param pixel how much of the axes a pixel is; null where the point is one of the grid */
  put(kind, panel, at, pixel, moving = false) {
    this.acts.offer({ kind, panel: this.panels.indexOf(panel), at, pixel, moving }, kind);
  }

  /** Asks for the window that holds minima and walks. */
  fit(panel) {
    const number = this.panels.indexOf(panel);
    this.acts.offer({ kind: "fit", panel: number, at: null, pixel: null, moving: false }, `window ${number}`);
  }

  /** Asks for the planes through the update that is shown. */
  redraw() {
    const longest = this.panels.flatMap((panel) => panel.walks).reduce((one, other) => (other.update.at(-1) > one.update.at(-1) ? other : one));
    const shown = longest.update[Math.max(0, reached(longest.update, this.shownTick()) - 1)];
    this.acts.offer({ kind: "through", panel: 0, at: [shown], pixel: null, moving: false }, "through");
  }

  /** @param window [left, right, bottom, top], or null for that of the beginning */
  lookAt(panel, window) {
    const number = this.panels.indexOf(panel);
    this.acts.offer({ kind: "window", panel: number, at: window, pixel: null, moving: false }, `window ${number}`);
  }

  // -------------------------------------------------------------------------------------------------------------- the player

  /** What is drawn: all of it at the end, since a walk may be longer than the bar. */
  shownTick() {
    return this.k >= this.length() ? Infinity : this.k;
  }

  /** Brings every number, path and marker to the shown update. */
  tell() {
    const tick = this.shownTick();
    this.player.at(this.k, this.length(), this.clock, this.playing);
    for (const panel of this.panels) {
      panel.counts.forEach((count, i) => count.at(panel.walks[i].done(tick, this.clock)));
      panel.paint();
      panel.turn();
    }
    this.paintCursor();
  }

  /** The same after a move along the bar; new data bring a new 3-D drawing anyway. */
  move() {
    this.tell();
    if (this.view === "surface") this.surface?.play(this.shownTick());
    if (this.flip) {
      films.want({ control: FLIP, count: this.length(), stop: () => (this.k >= this.length() ? 0 : this.k) });
      this.draw();
    }
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.k >= this.length()) this.k = 0;
    this.playing = true;
    this.restart();
    return this.move();
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.move();
    this.announce();
  }

  step() {
    const length = this.length();
    this.k = this.k >= length ? Math.min(1, length) : this.k + 1;
    this.pause();
  }

  seek(k) {
    this.k = k;
    this.pause();
  }

  /** Plays on from the shown update, with the speed and the length of this moment. */
  restart() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    const length = this.length();
    const [start, began] = [this.k, performance.now()];
    const rate = (length / duration(length)) * Number(this.player.speed.value);
    const leap = still.matches ? Math.max(1, Math.ceil(length / 4)) : 1; // few frames for who asked for less motion
    const tick = (now) => {
      const gone = Math.max(0, now - began) * rate;
      const k = Math.min(length, start + Math.floor(gone / leap) * leap);
      if (k !== this.k) {
        this.k = k;
        if (k >= length) return this.pause();
        this.move();
      }
      this.frame = requestAnimationFrame(tick);
      return undefined;
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** Reads the final counts to a screen reader, once things have come to rest. */
  announce() {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      if (this.playing || this.closed) return;
      const ended = this.shownTick() === Infinity;
      const said = this.panels.map((panel) => `${panel.said.title}: ${panel.counts.map((count) => count.said()).join("; ")}`);
      write(this.live, ended ? said.join(". ") : this.player.update.textContent);
    }, 700);
  }

  /** A line through the curves at the shown update. */
  paintCursor() {
    if (!this.data?.curves) return;
    const box = this.curves.frame();
    if (!this.curves.size) return;
    const context = sheet(this.cursor, ...this.curves.size);
    if (!box || this.shownTick() === Infinity) return;
    const x = box.x(this.clock === "epochs" ? this.k / this.data.player.batches : this.k);
    if (!(x >= box.left && x <= box.right)) return;
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1.5;
    context.setLineDash([4, 4]);
    context.beginPath();
    context.moveTo(x, box.top);
    context.lineTo(x, box.bottom);
    context.stroke();
  }

  close() {
    this.closed = true;
    if (films.drawn === this.drawnTo) films.show = films.release = films.drawn = null; // else the next board is there already
    films.forget(FLIP);
    films.waiting.delete(this.came);
    this.playing = false;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    clearTimeout(this.saying);
    clearTimeout(this.checking);
    this.acts.close();
    this.sizes.disconnect();
    this.panels.forEach((panel) => panel.remove());
    this.curves.remove();
    this.surface?.remove();
    this.root.remove();
  }
}
