/** @file The walks over one contour. */

import { DASHES, shape, sheet } from "./canvas.js";
import { fill, make, write } from "./dom.js";
import { tracePath } from "./path.js";
import { casing } from "./theme.js";
import { reached } from "./values.js";
import { drawMoves, enlargement, movesOf } from "./details.js";
import { LensInset } from "./lens.js";

const FAINT = 0.2; // how much is left of a walk that lies at right angles to the plane

/** How much of a walk is seen at its point i: what lies off the plane on which it is drawn fades. */
const faded = ({ off }, i) => (off ? 1 - (1 - FAINT) * off[i] : 1);

/** The walks over one contour: a canvas, and labels where a walk that ends outside first leaves the picture. */
export class Overlay {
  constructor(host) {
    this.canvas = make("canvas", "esl-canvas", host, { "aria-hidden": "true" });
    this.labels = make("div", "esl-leaves", host);
    this.lens = new LensInset(host);
    this.enlarged = 1;
  }

  /** @param tick what of the bar's is drawn up to; Infinity draws all */
  draw(figure, walks, tick, clock, words) {
    const box = figure.frame();
    if (!figure.size) return;
    const context = sheet(this.canvas, ...figure.size);
    if (!box) return;
    const leaving = [];
    const tips = [];
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    for (const walk of walks) {
      const count = Math.max(1, reached(walk.ticks(clock), tick));
      const traced = tracePath(walk, count, box);
      this.line(context, walk, traced);
      if (traced.out && traced.exits.length) leaving.push({ walk, ...traced.exits[0] });
      else if (traced.dots.length) tips.push({ walk, at: traced.dots.at(-1), moved: count > 1 });
      traced.exits.slice(-3).forEach((exit) => this.arrow(context, walk, exit));
    }
    for (const { walk, at, moved } of tips) this.tip(context, walk, at, moved);
    this.moves(context, figure, box, walks, tick, clock, words);
    context.restore();
    this.label(leaving, box, words);
  }

  /** Each walk's update at this tick, and the first adaptive one's own view of the map. */
  moves(context, figure, box, walks, tick, clock, words) {
    const made = walks.map((walk) => ({ walk, moves: movesOf(walk, tick, clock) })).filter(({ moves }) => moves);
    this.enlarged = enlargement(made.map(({ moves }) => moves), box.pixel);
    for (const { walk, moves } of made) drawMoves(context, box, walk, moves, this.enlarged);
    const adaptive = made.find(({ moves }) => moves.axes);
    const map = figure.shown?.figure.data[0];
    if (adaptive && map) this.lens.draw(map, adaptive.walk, adaptive.moves, fill(words.lens, { optimizer: adaptive.walk.name }));
    else this.lens.hide();
  }

  line(context, walk, { pieces, segments, dots }) {
    const halo = casing(walk.color);
    const stroke = (path) => {
      context.setLineDash([]);
      context.strokeStyle = halo;
      context.lineWidth = 6;
      context.stroke(path);
      context.setLineDash(DASHES[walk.dash] ?? []);
      context.strokeStyle = walk.color;
      context.lineWidth = 3;
      context.stroke(path);
      context.setLineDash([]);
    };
    if (walk.off) {
      for (const [ax, ay, bx, by, i] of segments) {
        const segment = new Path2D();
        segment.moveTo(ax, ay);
        segment.lineTo(bx, by);
        context.globalAlpha = faded(walk, i);
        stroke(segment);
      }
    } else {
      const path = new Path2D();
      for (const piece of pieces) {
        path.moveTo(piece[0], piece[1]);
        for (let i = 2; i < piece.length; i += 2) path.lineTo(piece[i], piece[i + 1]);
      }
      stroke(path);
    }
    // Every update is a dot, as long as the dots can be told apart.
    let last = null;
    for (const [x, y, , i] of dots) {
      context.globalAlpha = faded(walk, i);
      if (last && Math.hypot(x - last[0], y - last[1]) < 9) continue;
      last = [x, y];
      context.beginPath();
      context.arc(x, y, 3.6, 0, 2 * Math.PI);
      context.fillStyle = walk.color;
      context.fill();
      context.strokeStyle = halo;
      context.lineWidth = 1.2;
      context.stroke();
    }
    context.globalAlpha = 1;
    if (dots.length && dots[0][2] === walk.update[0]) {
      context.beginPath();
      context.arc(dots[0][0], dots[0][1], 6.5, 0, 2 * Math.PI);
      context.fillStyle = halo;
      context.fill();
      context.strokeStyle = walk.color;
      context.lineWidth = 2.6;
      context.stroke();
    }
  }

  /** Where the walk stands at this update. */
  tip(context, walk, [x, y], moved) {
    shape(context, walk.marker, x, y, moved ? 9.5 : 7);
    context.strokeStyle = casing(walk.color);
    context.lineWidth = 4;
    context.stroke();
    context.fillStyle = walk.color;
    context.fill();
  }

  /** An arrowhead whose tip lies on the rim. */
  arrow(context, walk, { x, y, angle }) {
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.beginPath();
    context.moveTo(-1, 0);
    context.lineTo(-17, -8.5);
    context.lineTo(-13, 0);
    context.lineTo(-17, 8.5);
    context.closePath();
    context.strokeStyle = casing(walk.color);
    context.lineWidth = 4;
    context.stroke();
    context.fillStyle = walk.color;
    context.fill();
    context.restore();
  }

  /** "leaves the picture at update 3", beside the arrowhead, inside the axes and clear of the other labels. */
  label(leaving, box, words) {
    while (this.labels.children.length > leaving.length) this.labels.lastChild.remove();
    while (this.labels.children.length < leaving.length) make("span", "esl-leave", this.labels);
    const placed = [];
    leaving.forEach(({ walk, x, y, angle, update }, i) => {
      const element = this.labels.children[i];
      write(element, fill(words.leaves, { k: update }));
      element.style.setProperty("--esl-walk", walk.color);
      element.style.maxWidth = `${Math.round((box.right - box.left) * 0.7)}px`;
      const [w, h] = [element.offsetWidth, element.offsetHeight];
      const fit = (value, low, high) => Math.max(low, Math.min(high, value));
      const [low, high] = [box.top + 5, box.bottom - h - 5];
      const left = fit(x - 24 * Math.cos(angle) - w / 2, box.left + 5, box.right - w - 5);
      const wanted = fit(y - 36 * Math.sin(angle) - h / 2 + (Math.abs(Math.sin(angle)) < 0.5 ? 28 : 0), low, high);
      const clear = (at) => placed.every((p) => left > p.left + p.w || p.left > left + w || at > p.top + p.h + 3 || p.top > at + h + 3);
      let top = wanted;
      for (let shift = 0; shift < box.bottom - box.top; shift += 6) {
        const free = [wanted + shift, wanted - shift].find((at) => at >= low && at <= high && clear(at));
        if (free === undefined) continue;
        top = free;
        break;
      }
      element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      placed.push({ left, top, w, h });
    });
  }
}
