/** @file The walks over one contour. */

import { DASHES, circle, clearCanvas, fillCased, fillPath, marker, polyline, strokeCased, strokePath } from "./canvas.js";
import { drawMoves, enlargement, movesOf } from "./details.js";
import { fill, keep, make, write } from "./dom.js";
import { LensInset } from "./lens.js";
import { tracePath } from "./path.js";
import { casing } from "./theme.js";
import { clamp } from "./values.js";
import { pointsAt } from "./walk.js";

const FAINT = 0.2; // opacity of a walk at right angles to the plane
const APART = 9; // the least distance of two dots, in pixels
const ARROWHEAD = polyline([[-1, 0], [-17, -8.5], [-13, 0], [-17, 8.5], [-1, 0]]); // its tip is at the origin

/** The opacity of a walk at its point i: it fades where it lies off the plane. */
const opacity = ({ off }, i) => (off ? 1 - (1 - FAINT) * off[i] : 1);

/** The walks over one contour: a canvas, and labels where a walk that ends outside first leaves the picture. */
export class Overlay {
  constructor(host) {
    this.canvas = make("canvas", "esl-canvas", host, { "aria-hidden": "true" });
    this.labelBox = make("div", "esl-leaves", host);
    this.labels = [];
    this.lens = new LensInset(host);
    this.enlarged = 1;
  }

  /** @param tick the tick of the bar up to which walks are drawn; Infinity draws all */
  draw(figure, walks, tick, clock, words) {
    const box = figure.frame();
    if (!figure.size) return;
    const context = clearCanvas(this.canvas, ...figure.size);
    if (!box) return;
    const leaving = [];
    const tips = [];
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    for (const walk of walks) {
      const count = Math.max(1, pointsAt(walk, tick, clock));
      const trace = tracePath(walk, count, box);
      this.line(context, walk, trace);
      const tip = trace.dots.at(-1);
      if (trace.out && trace.exits.length) leaving.push({ walk, ...trace.exits[0] });
      else if (tip) tips.push({ walk, ...tip, radius: count > 1 ? 9.5 : 7 });
      trace.exits.slice(-3).forEach((exit) => this.arrow(context, walk, exit));
    }
    for (const { walk, x, y, radius } of tips) fillCased(context, marker(walk.marker, x, y, radius), walk.color, 4);
    this.moves(context, figure, box, walks, tick, clock, words);
    context.restore();
    this.label(leaving, box, words);
  }

  /** Draws each walk's update at this tick, and the map in the coordinates of the first adaptive method. */
  moves(context, figure, box, walks, tick, clock, words) {
    const all = walks.map((walk) => ({ walk, moves: movesOf(walk, tick, clock) })).filter(({ moves }) => moves);
    this.enlarged = enlargement(all.map(({ moves }) => moves), box.pixel);
    for (const { walk, moves } of all) drawMoves(context, box, walk, moves, this.enlarged);
    const adaptive = all.find(({ moves }) => moves.axes);
    const map = figure.shown?.figure.data[0];
    if (adaptive && map) this.lens.draw(map, adaptive.walk, adaptive.moves, fill(words.lens, { optimizer: adaptive.walk.name }));
    else this.lens.hide();
  }

  line(context, walk, { pieces, dots }) {
    const pairs = (piece) => piece.slice(1).map((point, i) => [piece[i], point]);
    const corners = (piece) => piece.map(({ x, y }) => [x, y]);
    const stroke = (lines) => strokeCased(context, polyline(...lines.map(corners)), walk.color, 3, 3, DASHES[walk.dash]);
    if (walk.off) {
      for (const segment of pieces.flatMap(pairs)) {
        context.globalAlpha = opacity(walk, segment[1].i);
        stroke([segment]);
      }
    } else stroke(pieces);
    const rim = casing(walk.color);
    let last = null;
    for (const { x, y, i } of dots) {
      if (last && Math.hypot(x - last.x, y - last.y) < APART) continue;
      last = { x, y };
      context.globalAlpha = opacity(walk, i);
      const dot = circle(x, y, 3.6);
      fillPath(context, dot, walk.color);
      strokePath(context, dot, rim, 1.2);
    }
    context.globalAlpha = 1;
    if (dots[0]?.i === 0) {
      const start = circle(dots[0].x, dots[0].y, 6.5);
      fillPath(context, start, rim);
      strokePath(context, start, walk.color, 2.6);
    }
  }

  /** An arrowhead where the walk leaves. */
  arrow(context, walk, { x, y, angle }) {
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    fillCased(context, ARROWHEAD, walk.color, 4);
    context.restore();
  }

  /** "leaves the picture at update 3", beside the arrowhead, inside the axes and clear of the other labels. */
  label(leaving, box, words) {
    keep(this.labels, leaving.length, () => make("span", "esl-leave", this.labelBox));
    const placed = [];
    leaving.forEach(({ walk, x, y, angle, update }, i) => {
      const element = this.labels[i];
      write(element, fill(words.leaves, { k: update }));
      element.style.setProperty("--esl-walk", walk.color);
      element.style.maxWidth = `${Math.round((box.right - box.left) * 0.7)}px`;
      const [w, h] = [element.offsetWidth, element.offsetHeight];
      const [low, high] = [box.top + 5, box.bottom - h - 5];
      const left = clamp(x - 24 * Math.cos(angle) - w / 2, box.left + 5, box.right - w - 5);
      const wanted = clamp(y - 36 * Math.sin(angle) - h / 2 + (Math.abs(Math.sin(angle)) < 0.5 ? 28 : 0), low, high);
      const clear = (top) => placed.every((p) => left > p.left + p.w || p.left > left + w || top > p.top + p.h + 3 || p.top > top + h + 3);
      let top = wanted;
      for (let shift = 0; shift < box.bottom - box.top; shift += 6) {
        const free = [wanted + shift, wanted - shift].find((place) => place >= low && place <= high && clear(place));
        if (free === undefined) continue;
        top = free;
        break;
      }
      element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      placed.push({ left, top, w, h });
    });
  }
}
