/** @file The board: panels with a contour each, walks on a canvas over it, one player for all panels, one 3-D surface on demand. */

import { clearCanvas, polyline, strokePath } from "./canvas.js";
import { component } from "./component.js";
import { curvesFigure } from "./curves.js";
import { countDrawing, keep, make, name, write } from "./dom.js";
import { Figure } from "./figure.js";
import { Latest } from "./latest.js";
import { Pace } from "./pace.js";
import { pageOf } from "./page.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";
import { Sender } from "./sender.js";
import { pageStyles } from "./styles.js";
import { Surface, webgl } from "./surface.js";
import { readTheme } from "./theme.js";
import { unpack } from "./unpack.js";
import { countUpTo, same } from "./values.js";

await pageStyles();

export const mount = component(
  (root) => new Board(root),
  (board, { data, setStateValue }) => {
    board.report = (choice) => setStateValue("choice", choice);
    board.acts.post = (act, turn) => setStateValue("act", { ...act, turn });
    board.receive(unpack(data));
  },
);

const REST = 90; // ms without newer data after which the small pictures are drawn
const SELDOM = 400; // ms: while a person drags, the surface is redrawn at least this often
const FLIP = "flip-book"; // as in board.py
const MISSED = 1000; // ms within which a board that Python has drawn arrives, if it arrives at all
const ECHO = 3000; // ms during which an older choice sent back by Python does not undo a person's newer choice

/** How long a whole walk plays at normal speed, in milliseconds; a short walk plays faster. */
const duration = (length) => Math.min(4000, Math.max(600, length * 400));

const still = matchMedia("(prefers-reduced-motion: reduce)");

class Board {
  constructor(root) {
    this.root = make("div", "esl-board", root);
    this.theme = readTheme(this.root);
    this.panelRow = make("div", "esl-panels", this.root);
    this.player = new Player(this.panelRow, this); // right under the numbers, see layout.css
    this.curves = new Figure(this.root, "esl-curves");
    this.cursor = make("canvas", "esl-canvas", this.curves.host, { "aria-hidden": "true" });
    this.curves.onchange = () => this.paintCursor();
    this.curves.onresize = () => this.resized();
    this.live = make("p", "esl-live", this.root, { "aria-live": "polite" });
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {Surface | null} */
    this.surface = null;
    this.data = null; // what is shown: what Python sent, with a prefetched picture in its place while a slider is dragged
    this.fromPython = null; // what Python last sent
    this.received = 0;
    this.drawing = new Latest(() => this.draw().catch((error) => this.player.warn(String(error?.message ?? error))));
    this.acts = new Sender(); // sends what a person does to a picture: moves the start, zooms
    this.tick = 0; // the tick of the bar
    this.frame = 0; // of the playing
    this.choice = { view: "contour", panel: 0, clock: "updates", details: null, flip: false };
    this.pythonChoice = null; // the choice that Python last sent
    this.pending = null; // a choice that Python has not confirmed yet, and when it was made
    this.report = (_choice) => {}; // sends it to Python
    this.parcels = pageOf(root).parcels;
    this.prefetch = pageOf(root).prefetch;
    this.disconnects = [
      this.prefetch.listen((control) => control === FLIP && this.data && this.drawing.request()),
      this.prefetch.display({
        show: (picture) => this.data && (this.show(this.withPicture(picture)), true),
        restore: () => this.fromPython && this.show(this.fromPython),
        check: (edit) => this.check(edit),
      }),
    ];
  }

  get clock() {
    return this.choice.clock;
  }

  /** Takes new data or a new theme. Arrays arrive separately; only the newest data are shown. */
  async receive(data) {
    this.received += 1;
    const turn = this.received;
    const late = setInterval(() => (turn === this.received && !this.closed ? this.askAgain(data.edit) : clearInterval(late)), 2 * MISSED);
    const panels = await Promise.all(
      data.panels.map(async (panel) => {
        const [picture, walks] = [await this.parcels.get(panel.picture), await this.parcels.get(panel.walks)];
        return { ...panel, ...picture, ...walks };
      }),
    );
    clearInterval(late);
    if (turn !== this.received || this.closed) return;
    this.acts.answer(data.answered);
    this.fromPython = { ...data, panels };
    this.show(this.fromPython);
    this.prefetch.notify(); // the person may have dragged further meanwhile
  }

  /**
   * Asks Python to send this change again. Arrays can be missing because Streamlit calls a component with the data from the time when its
   * script began to load, and drops newer data that arrived during the loading.
   */
  askAgain(edit) {
    this.again = edit;
    this.act("again");
  }

  /**
   * Python reports that it has drawn this change. Streamlit loses the result if a request for pictures arrives just as the script ends.
   * A result that is still missing after a while is requested again, once.
   */
  check(edit) {
    clearTimeout(this.checking);
    const missed = () => !this.closed && this.fromPython && edit > this.fromPython.edit && edit !== this.again;
    if (!missed()) return;
    this.checking = setTimeout(() => missed() && this.askAgain(edit), MISSED);
  }

  /** Updates words and numbers immediately, and pictures as soon as the drawing in progress has ended. */
  show(data) {
    const atEnd = !this.data || this.tick >= this.length();
    this.data = data;
    const { clock, details, flip } = data.player;
    this.adopt({ view: data.view, panel: data.surface_panel, clock, details, flip });
    this.tick = this.playing || !atEnd ? Math.min(this.tick, this.length()) : this.length();
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

  /** The shown data with a prefetched picture. A panel without a surface in it keeps the surface that it has. */
  withPicture(picture) {
    const panels = picture.panels.map((panel, i) => ({ ...panel, surface: panel.surface ?? this.data.panels[i]?.surface ?? null }));
    return { ...this.data, ...picture, panels, flat: !picture.panels.some((panel) => panel.surface) };
  }

  /** The length of the bar in ticks. */
  length() {
    return this.data.player.length[this.clock];
  }

  /** How the bar goes from the first tick to the last. */
  pace() {
    const length = this.length();
    const logarithmic = Boolean(this.data.player.logarithmic);
    if (this.paced?.length !== length || Boolean(this.paced.ticks) !== logarithmic) this.paced = new Pace(length, logarithmic);
    return this.paced;
  }

  /** Takes Python's choice if Python changed it. An older choice that comes back does not undo a newer one. */
  adopt(choice) {
    const changed = !same(choice, this.pythonChoice);
    this.pythonChoice = choice;
    if (this.pending && performance.now() - this.pending.since < ECHO && !same(choice, this.pending.choice)) return;
    this.pending = null;
    if (changed) this.choice = choice;
  }

  // ------------------------------------------------------------------------------------------------------------- the pictures

  async draw() {
    const { data, drawing, theme } = this;
    for (const [i, panel] of [...this.panels].entries()) {
      if (drawing.overtaken) return;
      await panel.draw(data.panels[i], theme, this.page(i));
    }
    if (drawing.overtaken) return;
    countDrawing(this.root, "contours");
    if (data.curves) await this.curves.draw(curvesFigure(data, this.clock), theme);
    this.paintCursor();
    if (!data.flat) {
      // Surfaces are slow. The screen and newer data come first, but during a long drag the surface is still redrawn now and then.
      const late = performance.now() - (this.surfaced ?? 0) > SELDOM;
      for (let frame = 0; !late && this.choice.view === "surface" && frame < 2; frame++) await new Promise(requestAnimationFrame);
      if (this.closed || (drawing.stale && !late)) return;
      await this.drawSurface();
      this.surfaced = performance.now();
      countDrawing(this.root, "surface");
    }
    await this.waitForRest(); // while newer data keep coming, the small pictures wait
    for (const [i, panel] of [...this.panels].entries()) {
      if (drawing.overtaken) return;
      await panel.drawCloud(data.panels[i], theme);
    }
    countDrawing(this.root, "drawn");
  }

  /** Resolves after a short time, or as soon as there are newer data. */
  async waitForRest() {
    const until = performance.now() + REST;
    while (!this.drawing.overtaken && performance.now() < until) await new Promise(requestAnimationFrame);
  }

  /** The flip-book's page for a panel at this update, if the flip-book is open and the page has arrived. */
  page(panel) {
    if (!this.choice.flip || this.tick >= this.length()) return null;
    return this.prefetch.picture(FLIP, this.tick)?.pages[panel] ?? null;
  }

  async drawSurface() {
    const wanted = this.choice.view === "surface" && this.surfacePanel() !== -1;
    const able = !wanted || webgl();
    this.player.warn(able ? null : this.data.words.no_webgl);
    this.player.showView(wanted && able ? "surface" : "contour", this.surfacePanel());
    if (!wanted || !able) return this.surface?.hide();
    this.surface ??= new Surface(this);
    await this.surface.draw(this.panels[this.surfacePanel()], this.theme);
  }

  /** The panel whose surface is shown: the picked one, or the first that has one. */
  surfacePanel() {
    const { panels } = this.data;
    return panels[this.choice.panel]?.surface ? this.choice.panel : panels.findIndex((panel) => panel.surface);
  }

  /** A picture has another size. */
  resized() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => this.data && this.drawing.request(), 60);
  }

  // -------------------------------------------------------------------------------------------------------- a person's choice

  /** Switches the view or the panel: immediately here, then Python is informed. */
  choose(view, panel = this.surfacePanel()) {
    if (view === "surface" && !webgl()) return this.player.warn(this.data.words.no_webgl);
    if (view === this.choice.view && panel === this.choice.panel) return;
    this.player.showView(view, Math.max(0, panel));
    this.chosen({ view, panel: Math.max(0, panel) });
    this.drawing.request();
  }

  /** Makes the bar count by another clock; the walks keep their share of the bar. */
  switchClock(clock) {
    const share = this.pace().stop(this.tick) / (this.pace().end || 1);
    this.chosen({ clock });
    this.tick = this.pace().tick(Math.round(share * this.pace().end));
    this.restart();
    this.move();
    this.drawing.request();
  }

  /** Shows or hides what each update is made of; Python sends it on request. */
  toggleDetails() {
    this.chosen({ details: !this.data.player.details });
  }

  /** Opens or closes the flip-book; opened at the end, it starts from the beginning. */
  toggleFlip() {
    const flip = !this.choice.flip;
    this.chosen({ flip });
    if (flip && this.tick >= this.length()) this.tick = 0;
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

  /**
   * Sends an `Act` of board.py to Python. An act that still waits is replaced by a newer one of the same slot.
   * @param {string} kind
   * @param {{panel?: number, at?: number[] | null, pixel?: number[] | null, moving?: boolean}} details
   */
  act(kind, { panel = 0, at = null, pixel = null, moving = false } = {}, slot = kind) {
    this.acts.offer({ kind, panel, at, pixel, moving }, slot);
  }

  /** Asks for the planes through the update that is shown. */
  redraw() {
    const updates = this.panels.flatMap((panel) => panel.walks).map((walk) => walk.update);
    const longest = updates.reduce((best, other) => (other.at(-1) > best.at(-1) ? other : best));
    this.act("through", { at: [longest[Math.max(0, countUpTo(longest, this.shownTick()) - 1)]] });
  }

  // -------------------------------------------------------------------------------------------------------------- the player

  /** The tick up to which walks are drawn: at the end all of them, since a walk may be longer than the bar. */
  shownTick() {
    return this.tick >= this.length() ? Infinity : this.tick;
  }

  /** Updates every number, path and marker to the shown tick. */
  showTick() {
    this.player.showTick(this.tick, this.pace(), this.clock, this.playing);
    for (const panel of this.panels) panel.showUpdate();
    this.paintCursor();
  }

  /** The same after a move along the bar, with the 3-D surface and the flip-book. */
  move() {
    this.showTick();
    if (this.choice.view === "surface") this.surface?.play(this.shownTick());
    if (this.choice.flip) {
      this.prefetch.want({ control: FLIP, count: this.length(), stop: () => (this.tick >= this.length() ? 0 : this.tick) });
      this.drawing.request();
    }
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.tick >= this.length()) this.tick = 0;
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
    this.tick = this.tick >= length ? Math.min(1, length) : this.tick + 1;
    this.pause();
  }

  /** @param stop of the bar */
  seek(stop) {
    this.tick = this.pace().tick(stop);
    this.pause();
  }

  /** Plays on from the shown update, with the speed and the length of this moment. */
  restart() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    const pace = this.pace();
    const [start, began] = [pace.stop(this.tick), performance.now()];
    const rate = (pace.end / duration(pace.length)) * Number(this.player.speed.value);
    const leap = still.matches ? Math.max(1, Math.ceil(pace.end / 4)) : 1; // few frames for a person who prefers reduced motion
    const tick = (now) => {
      const gone = Math.max(0, now - began) * rate;
      const k = pace.tick(Math.min(pace.end, start + Math.floor(gone / leap) * leap));
      if (k > this.tick) {
        this.tick = k;
        if (k >= pace.length) return this.pause();
        this.move();
      }
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** Announces the result to screen readers, a moment after the last change. */
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
    const context = clearCanvas(this.cursor, ...this.curves.size);
    if (!box || this.shownTick() === Infinity) return;
    const x = box.x(this.clock === "epochs" ? this.tick / this.data.player.batches : this.tick);
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
    this.panels.forEach((panel) => panel.remove());
    this.curves.remove();
    this.surface?.remove();
    this.root.remove();
  }
}
