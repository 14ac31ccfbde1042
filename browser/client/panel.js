/** @file One panel: words, contour, walks, numbers, data and facts. */

import { Count } from "./count.js";
import { keep, make, name, write } from "./dom.js";
import { Figure } from "./figure.js";
import { Handle } from "./handle.js";
import { Latest } from "./latest.js";
import { atMoment, momentOf } from "./moments.js";
import { Overlay } from "./overlay.js";
import { same } from "./values.js";
import { updatesAt } from "./walk.js";

const RESTING = 250; // ms after the last zoom or pan before the new window is requested

export class Panel {
  constructor(parent, board) {
    this.board = board;
    this.index = board.panels.length;
    this.root = make("section", "esl-panel", null);
    this.root.style.setProperty("--esl-column", String(this.index + 1));
    parent.insertBefore(this.root, board.player.root);
    this.head = make("header", "esl-head", this.root);
    this.title = make("h2", "esl-title", this.head);
    this.subtitle = make("p", "esl-subtitle", this.head);
    this.contour = new Figure(this.root, "esl-contour");
    this.overlay = new Overlay(this.contour.host);
    this.contour.onchange = () => this.paint();
    this.contour.onmoved = (change) => this.moved(change);
    this.start = this.handle("start");
    this.point = this.handle("point");
    this.fit = make("button", "esl-button esl-fit", this.contour.host, { hidden: "", onclick: () => this.askWindow("fit") });
    this.countRow = make("div", "esl-counts", this.root);
    this.extras = make("div", "esl-extras", this.root);
    this.cloudBox = make("figure", "esl-cloud-box", this.extras);
    this.cloud = new Figure(this.cloudBox, "esl-cloud", false);
    this.caption = make("figcaption", "esl-caption", this.cloudBox);
    this.facts = make("dl", "esl-facts", this.extras);
    this.counts = [];
    this.cloudDrawing = {}; // what the cloud shows: a figure in a theme
    this.moments = new Latest(async () => {
      await this.drawMoment();
      await new Promise(requestAnimationFrame); // walks are drawn first
    });
    this.contour.onresize = this.cloud.onresize = () => board.resized();
  }

  handle(kind) {
    const move = (at, pixel, moving) => this.board.act(kind, { panel: this.index, at, pixel, moving });
    return new Handle(this.contour, `esl-${kind}`, move, () => this.board.acts.settled);
  }

  /** Shows words and numbers, which need no Plotly. */
  describe(data, theme, words) {
    this.data = data;
    this.walks = data.walks;
    write(this.title, data.title);
    write(this.subtitle, data.subtitle);
    name(this.root, data.title);
    name(this.contour.host, data.alt);
    write(this.fit, words.fit);
    this.fit.hidden = data.fitted;
    name(this.cloud.host, data.alt_cloud ?? `${words.data}: ${data.title}`);
    write(this.caption, data.caption_cloud ?? words.data);
    this.cloudBox.hidden = !data.cloud;
    this.root.classList.toggle("esl-moving", momentOf(data.cloud, 0) >= 0);
    keep(this.counts, data.walks.length, () => new Count(this.countRow));
    this.counts.forEach((count, i) => count.show(this.walks[i], theme, words));
    this.extras.hidden = !data.cloud && !data.facts.length;
    if (same(data.facts, this.listed)) return;
    this.listed = data.facts;
    this.facts.replaceChildren();
    for (const { label, value, help } of data.facts) {
      const row = make("div", "esl-fact", this.facts, help ? { title: help } : {});
      make("dt", help ? "esl-helped" : "", row).textContent = label;
      make("dd", "", row).textContent = value;
    }
  }

  /** Draws the contour, and the walks of the same data over it. */
  async draw(data, theme, page) {
    this.drawnWalks = data.walks;
    await this.contour.draw(data.contour, theme, { traces: page ? [page] : [] });
    const { words } = this.board.data;
    this.start.receive(data.start, data.axes, words.start, !data.point); // without a start, it cannot be moved
    this.point.receive(data.point, data.axes, words.point, Boolean(data.point));
    this.paint();
  }

  async drawCloud(data, theme) {
    this.cloudDrawing = { figure: data.cloud, theme };
    await this.drawMoment();
  }

  /** The index of the cloud's moment that is shown; −1 if it has none. */
  moment() {
    return momentOf(this.cloudDrawing.figure, this.board.shownTick());
  }

  async drawMoment() {
    const { figure, theme } = this.cloudDrawing;
    if (figure) await this.cloud.draw(atMoment(figure, this.moment()), theme);
  }

  /** Updates numbers, walks and cloud to the shown update. */
  showUpdate() {
    const { board } = this;
    this.counts.forEach((count, i) => count.showUpdate(updatesAt(this.walks[i], board.shownTick(), board.clock)));
    this.paint();
    if (this.moment() >= 0) this.moments.request();
  }

  /** Paints once in the next frame, however often this is called before. */
  paint() {
    this.painting ??= requestAnimationFrame(() => {
      this.painting = null;
      this.paintNow();
    });
  }

  /** Paints walks, arrows and handles for the current axes. */
  paintNow() {
    const { board, drawnWalks } = this;
    if (!drawnWalks || !board.data || board.closed) return;
    this.overlay.draw(this.contour, drawnWalks, board.shownTick(), board.clock, board.data.words);
    this.start.place();
    this.point.place();
    board.player.explain(board.panels.map((panel) => panel.overlay.enlarged));
  }

  /** Asks for a window: [left, right, bottom, top], null for the first one; or for the one that fits. @param {number[] | null} at */
  askWindow(kind, at = null) {
    this.board.act(kind, { panel: this.index, at }, `window ${this.index}`);
  }

  /** A person zoomed or panned: after the last move, requests the grid of the new window. */
  moved(change) {
    const keys = Object.keys(change ?? {});
    if (!keys.some((key) => /^[xy]axis\.(range|autorange)/.test(key))) return;
    const back = keys.some((key) => key.endsWith("autorange")); // a double click
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.askWindow("window", back ? null : this.contour.window()), RESTING);
  }

  remove() {
    clearTimeout(this.resting);
    cancelAnimationFrame(this.painting);
    this.moments.close();
    this.contour.remove();
    this.cloud.remove();
    this.root.remove();
  }
}
