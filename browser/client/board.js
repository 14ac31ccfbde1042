/** @file The board: panels with a contour each, walks on a canvas over it, one player for all, one 3-D surface on demand. */

import { polyline, sheet, strokePath } from "./canvas.js";
import { counted, keep, make, name, write } from "./dom.js";
import { Figure } from "./figure.js";
import { Latest } from "./latest.js";
import { mounted } from "./mounted.js";
import { pageOf } from "./page.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";
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
const ECHO = 3000; // ms after which Python's view counts, whatever a person chose before

/** How long a whole walk takes to play at normal speed, in milliseconds: few updates need less. */
const duration = (length) => Math.min(4000, Math.max(600, length * 400));

const still = matchMedia("(prefers-reduced-motion: reduce)");

class Board {
  constructor(root) {
    this.root = make("div", "esl-board", root);
    this.figures = new WeakMap(); // host -> figure
    this.sizes = new ResizeObserver((entries) => this.resized(entries));
    this.panelRow = make("div", "esl-panels", this.root);
    this.player = new Player(this.panelRow, this); // right under the numbers, see panel.css
    this.curves = new Figure(this.root, "esl-curves");
    this.cursor = make("canvas", "esl-canvas", this.curves.host, { "aria-hidden": "true" });
    this.curves.onchange = () => this.paintCursor();
    this.live = make("p", "esl-live", this.root, { "aria-live": "polite" });
    this.watch(this.curves);
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {Surface | null} */
    this.surface = null;
    this.data = null; // what is shown: what Python sent, or a prefetched picture over it
    this.sent = null; // what Python last sent
    this.received = 0;
    this.drawing = new Latest(() => this.draw().catch((error) => this.player.warn(String(error?.message ?? error))));
    this.acts = new Sender(); // what a person does to the picture: start and window
    this.k = 0; // the tick of the bar
    this.choice = { view: "contour", panel: 0, clock: "updates", details: null, flip: false };
    this.pythonChoice = null; // as Python last said it
    this.pending = null; // what a person chose and Python has not yet said back, and since when
    this.report = (_choice) => {}; // sends it to Python
    this.parcels = pageOf(root).parcels;
    this.prefetch = pageOf(root).prefetch;
    this.disconnects = [
      this.prefetch.listen((control) => control === FLIP && this.data && this.drawing.request()),
      this.prefetch.display({
        show: (picture) => this.data && (this.show(this.over(picture)), true),
        restore: () => this.sent && this.show(this.sent),
        check: (edit) => this.check(edit),
      }),
    ];
  }

  get clock() {
    return this.choice.clock;
  }

  /** New data or a new theme. The arrays travel apart; the last data win. */
  async receive(data) {
    this.received += 1;
    const turn = this.received;
    const late = setInterval(() => (turn === this.received && !this.closed ? this.ask(data.edit) : clearInterval(late)), 2 * MISSED);
    const panels = await Promise.all(
      data.panels.map(async (panel) => {
        const [picture, walks] = [await this.parcels.get(panel.picture), await this.parcels.get(panel.walks)];
        return { ...panel, ...picture, ...walks };
      }),
    );
    clearInterval(late);
    if (turn !== this.received || this.closed) return;
    this.acts.answer(data.answered);
    this.sent = { ...data, panels };
    this.show(this.sent);
    this.prefetch.notify(); // a hand may be further on
  }

  /**
   * Asks Python to send this change once more. Arrays do not come, for one, where Streamlit calls a component with the data that it had
   * when its script began to load, and forgets what came meanwhile.
   */
  ask(edit) {
    this.again = edit;
    this.act("again");
  }

  /**
   * Python has drawn this change of a person. Streamlit loses such a drawing where a request for pictures reaches it in the very moment in
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
    const atEnd = !this.data || this.k >= this.length();
    this.data = data;
    const { clock, details, flip } = data.player;
    this.adopt({ view: data.view, panel: data.surface_panel, clock, details, flip });
    this.k = this.playing || !atEnd ? Math.min(this.k, this.length()) : this.length();
    this.panelRow.dataset.count = data.panels.length;
    keep(this.panels, data.panels.length, () => new Panel(this.panelRow, this));
    this.player.describe(data);
    this.player.showFlip(this.choice.flip);
    this.theme = readTheme(this.root);
    this.root.classList.toggle("esl-dark", this.theme.dark);
    this.panels.forEach((panel, i) => panel.describe(data.panels[i], this.theme, data.words));
    this.curves.host.hidden = !data.curves;
    name(this.curves.host, data.words.curves);
    if (this.playing) this.restart();
    this.showTick();
    this.announce();
    this.drawing.request();
  }

  /** A prefetched picture over what is shown. It has a surface only where one is shown, else the one there is stays. */
  over(picture) {
    const panels = picture.panels.map((panel, i) => ({ ...panel, surface: panel.surface ?? this.data.panels[i]?.surface ?? null }));
    return { ...this.data, ...picture, panels, flat: !picture.panels.some((panel) => panel.surface) };
  }

  /** How many ticks the bar holds. */
  length() {
    return this.data.player.length[this.clock];
  }

  /** Python's choice counts where Python changed it; an echo of an older choice does not undo a newer one. */
  adopt(choice) {
    const changed = !same(choice, this.pythonChoice);
    this.pythonChoice = choice;
    const recent = this.pending && performance.now() - this.pending.since < ECHO;
    if (recent && !same(choice, this.pending.choice)) return;
    this.pending = null;
    if (changed) this.choice = choice;
  }

  // ------------------------------------------------------------------------------------------------------------- the pictures

  async draw() {
    const library = await plotly();
    const { data, drawing, theme } = this;
    for (const [i, panel] of [...this.panels].entries()) {
      if (drawing.overtaken) return;
      await panel.draw(library, data.panels[i], theme, this.page(i));
    }
    if (drawing.overtaken) return;
    counted(this.root, "contours");
    if (data.curves) await this.curves.draw(library, timed(data, this.clock), theme);
    this.paintCursor();
    if (!data.flat) {
      // It is slow: the screen comes first, and newer data; but a hand that never rests sees it now and then.
      const late = performance.now() - (this.surfaced ?? 0) > SELDOM;
      for (let frame = 0; !late && this.choice.view === "surface" && frame < 2; frame++) await new Promise(requestAnimationFrame);
      if (this.closed || (drawing.stale && !late)) return;
      await this.drawSurface(library);
      this.surfaced = performance.now();
      counted(this.root, "surface");
    }
    await this.rest(); // the small pictures wait for a hand that moves on
    for (const [i, panel] of [...this.panels].entries()) {
      if (drawing.overtaken) return;
      await panel.drawCloud(library, data.panels[i], theme);
    }
    counted(this.root, "drawn");
  }

  /** A moment without newer data, or until there are some. */
  async rest() {
    const until = performance.now() + REST;
    while (!this.drawing.overtaken && performance.now() < until) await new Promise(requestAnimationFrame);
  }

  /** The flip-book's page of this update for a panel, if it is open and the page has come. */
  page(panel) {
    if (!this.choice.flip || this.k >= this.length()) return null;
    return this.prefetch.picture(FLIP, this.k)?.pages[panel] ?? null;
  }

  async drawSurface(library) {
    const wanted = this.choice.view === "surface" && this.surfacePanel() !== -1;
    const able = !wanted || webgl();
    this.player.warn(able ? null : this.data.words.no_webgl);
    this.player.showView(wanted && able ? "surface" : "contour", this.surfacePanel());
    if (!wanted || !able) return this.surface?.hide();
    this.surface ??= this.openSurface();
    await this.surface.draw(library, this.panels[this.surfacePanel()], this.theme);
  }

  openSurface() {
    const surface = new Surface(this);
    this.watch(surface.figure);
    return surface;
  }

  /** The panel whose surface is shown: the picked one, or the first that has one. */
  surfacePanel() {
    const { panels } = this.data;
    return panels[this.choice.panel]?.surface ? this.choice.panel : panels.findIndex((panel) => panel.surface);
  }

  watch(figure) {
    this.figures.set(figure.host, figure);
    this.sizes.observe(figure.host);
  }

  resized(entries) {
    for (const { target, contentRect } of entries) {
      this.figures.get(target).size = [Math.round(contentRect.width), Math.round(contentRect.height)];
    }
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => this.data && this.drawing.request(), 60);
  }

  // -------------------------------------------------------------------------------------------------------- a person's choice

  /** A person switches the view or picks a panel: at once here, then Python hears of it. */
  choose(view, panel = this.surfacePanel()) {
    if (view === "surface" && !webgl()) return this.player.warn(this.data.words.no_webgl);
    if (view === this.choice.view && panel === this.choice.panel) return;
    this.player.showView(view, Math.max(0, panel));
    this.chosen({ view, panel: Math.max(0, panel) });
    this.drawing.request();
  }

  /** The bar counts by updates or by epochs; the walks stand where the first of them was. */
  count(clock) {
    const share = this.k / (this.length() || 1);
    this.chosen({ clock });
    this.k = Math.round(share * this.length());
    this.restart();
    this.move();
    this.drawing.request();
  }

  /** Python is asked for what each update was made of, or not any more. */
  toggleDetails() {
    this.chosen({ details: !this.data.player.details });
  }

  /** The flip-book is opened or shut; opened at the end, it begins at the beginning. */
  toggleFlip() {
    const flip = !this.choice.flip;
    this.chosen({ flip });
    if (flip && this.k >= this.length()) this.k = 0;
    if (!flip) this.prefetch.forget(FLIP);
    this.player.showFlip(flip);
    this.move();
    this.drawing.request();
  }

  chosen(change) {
    this.choice = { ...this.choice, ...change };
    this.pending = { choice: this.choice, since: performance.now() };
    this.report(this.choice);
  }

  // ----------------------------------------------------------------------------------------------- what a person does to it

  /** Sends an `Act` of board.py to Python. Of one slot the newest counts. */
  act(kind, { panel = 0, at = null, pixel = null, moving = false } = {}, slot = kind) {
    this.acts.offer({ kind, panel, at, pixel, moving }, slot);
  }

  /** @param kind "start" or "point" @param pixel how much of the axes a pixel is; null where the point is one of the grid */
  put(kind, panel, at, pixel, moving = false) {
    this.act(kind, { panel: this.panels.indexOf(panel), at, pixel, moving });
  }

  /** Asks for the window that holds minima and walks. */
  fit(panel) {
    const number = this.panels.indexOf(panel);
    this.act("fit", { panel: number }, `window ${number}`);
  }

  /** @param window [left, right, bottom, top], or null for that of the beginning */
  showWindow(panel, window) {
    const number = this.panels.indexOf(panel);
    this.act("window", { panel: number, at: window }, `window ${number}`);
  }

  /** Asks for the planes through the update that is shown. */
  redraw() {
    const updates = this.panels.flatMap((panel) => panel.walks).map((walk) => walk.update);
    const longest = updates.reduce((best, other) => (other.at(-1) > best.at(-1) ? other : best));
    this.act("through", { at: [longest[Math.max(0, reached(longest, this.shownTick()) - 1)]] });
  }

  // -------------------------------------------------------------------------------------------------------------- the player

  /** What is drawn: all of it at the end, since a walk may be longer than the bar. */
  shownTick() {
    return this.k >= this.length() ? Infinity : this.k;
  }

  /** Brings every number, path and marker to the shown update. */
  showTick() {
    this.player.showTick(this.k, this.length(), this.clock, this.playing);
    for (const panel of this.panels) panel.showUpdate();
    this.paintCursor();
  }

  /** The same after a move along the bar; new data bring a new 3-D drawing anyway. */
  move() {
    this.showTick();
    if (this.choice.view === "surface") this.surface?.play(this.shownTick());
    if (this.choice.flip) {
      this.prefetch.want({ control: FLIP, count: this.length(), stop: () => (this.k >= this.length() ? 0 : this.k) });
      this.drawing.request();
    }
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.k >= this.length()) this.k = 0;
    this.playing = true;
    this.restart();
    this.move();
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
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** Reads the final counts to a screen reader, once things have come to rest. */
  announce() {
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => {
      if (this.playing || this.closed) return;
      const ended = this.shownTick() === Infinity;
      const results = this.panels.map((panel) => `${panel.data.title}: ${panel.counts.map((count) => count.result()).join("; ")}`);
      write(this.live, ended ? results.join(". ") : this.player.update.textContent);
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
    context.setLineDash([4, 4]);
    strokePath(context, polyline([[x, box.top], [x, box.bottom]]), this.theme.text, 1.5);
  }

  close() {
    this.closed = true;
    this.drawing.close();
    this.disconnects.forEach((disconnect) => disconnect());
    this.prefetch.forget(FLIP);
    this.playing = false;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resizing);
    clearTimeout(this.announcing);
    clearTimeout(this.checking);
    this.acts.close();
    this.sizes.disconnect();
    this.panels.forEach((panel) => panel.remove());
    this.curves.remove();
    this.surface?.remove();
    this.root.remove();
  }
}
