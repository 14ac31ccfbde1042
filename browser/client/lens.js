/**
 * @file The adaptive-rate lens: the same map in the optimizer's own coordinates, as an inset.
 *
 * A step −η·m/σ is plain descent in φᵢ = √σᵢ·θᵢ. So the inset shows the map around the walk's point with equal units of φ₁ and φ₂:
 * contours that are circles in these coordinates are drawn as circles.
 */

import { circle, clearCanvas, fillPath, polyline, strokePath } from "./canvas.js";
import { make, write } from "./dom.js";
import { rgb } from "./theme.js";
import { bilinear, cell, clamp } from "./values.js";

const SIDE = 132; // pixels
const REACH = 0.3; // half the side of the inset, as a share of the picture: the geometric mean of its two directions

export class LensInset {
  constructor(host) {
    this.root = make("figure", "esl-lens", host, { hidden: "" });
    this.canvas = make("canvas", "esl-lens-map", this.root, { "aria-hidden": "true" });
    this.caption = make("figcaption", "esl-lens-name", this.root);
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = SIDE;
  }

  hide() {
    this.root.hidden = true;
  }

  /**
   * @param map the contour trace
   * @param walk whose coordinates they are
   * @param moves its update, see `movesOf`
   * @param {string} caption
   */
  draw(map, walk, { i, point, step, scale }, caption) {
    this.root.hidden = false;
    write(this.caption, caption);
    const [half, share] = insetExtent(map, scale);
    const context = /** @type {CanvasRenderingContext2D} */ (this.small.getContext("2d"));
    context.putImageData(new ImageData(shades(map, point, half, SIDE), SIDE, SIDE), 0, 0);
    const inset = clearCanvas(this.canvas, SIDE, SIDE);
    inset.drawImage(this.small, 0, 0, SIDE, SIDE);
    const place = (x, y) => [SIDE * (0.5 + (0.5 * (x - point[0])) / half[0]), SIDE * (0.5 - (0.5 * (y - point[1])) / half[1])];
    const recent = [];
    for (let k = Math.max(0, i - 200); k <= i; k++) recent.push(place(walk.path[2 * k], walk.path[2 * k + 1]));
    strokePath(inset, polyline(recent), walk.color, 2);
    strokePath(inset, polyline([place(...point), place(point[0] + step[0], point[1] + step[1])]), walk.color, 4);
    fillPath(inset, circle(SIDE / 2, SIDE / 2, 5), walk.color);
    this.root.dataset.stretch = String(share);
  }
}

/**
 * Half the side of the inset along each weight, and √σ₁/√σ₂: how much a unit of w₁ is stretched compared with one of w₂.
 * @returns {[[number, number], number]}
 */
export function insetExtent({ x, y }, scale) {
  const share = Math.sqrt(scale[0] / scale[1]); // √σ₁ / √σ₂
  const width = Math.abs(x[x.length - 1] - x[0]);
  const height = Math.abs(y[y.length - 1] - y[0]);
  const mean = REACH * Math.sqrt(width * height);
  return [[mean / Math.sqrt(share), mean * Math.sqrt(share)], share];
}

/** The colors of a square of pixels around a point, with the map's own bands and lines; clear where the map ends. */
export function shades({ x, y, z, colorscale, contours }, [cx, cy], [halfX, halfY], side) {
  const columns = cells(x, side, (k) => cx + halfX * ((2 * k + 1) / side - 1));
  const rows = cells(y, side, (k) => cy - halfY * ((2 * k + 1) / side - 1));
  const count = Math.max(1, Math.round((contours.end - contours.start) / contours.size));
  const palette = Array.from({ length: count + 1 }, (_, band) => shade(colorscale, Math.min(1, (band + 0.5) / count)));
  const bands = new Int32Array(side * side).fill(-1);
  const pixels = new Uint8ClampedArray(4 * side * side);
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const [column, row] = [columns[i], rows[j]];
      if (!column || !row) continue;
      const band = clamp(Math.floor((bilinear(z, row, column) - contours.start) / contours.size), 0, count);
      const pixel = j * side + i;
      bands[pixel] = band;
      const differs = (neighbor) => bands[neighbor] >= 0 && bands[neighbor] !== band;
      const line = (i > 0 && differs(pixel - 1)) || (j > 0 && differs(pixel - side));
      const color = palette[band];
      for (let k = 0; k < 3; k++) pixels[4 * pixel + k] = line ? 0.6 * color[k] : color[k];
      pixels[4 * pixel + 3] = 255;
    }
  }
  return pixels;
}

/** For each pixel the cell of the axis under it and how far into it; null outside. */
function cells(axis, side, value) {
  return Array.from({ length: side }, (_, k) => (value(k) >= axis[0] && value(k) <= axis[axis.length - 1] ? cell(axis, value(k)) : null));
}

/** A color of a scale, 0 to 1. */
function shade(colorscale, place) {
  const i = Math.max(1, colorscale.findIndex(([stop]) => stop >= place));
  const [[from, a], [to, b]] = [colorscale[i - 1], colorscale[i]];
  const share = (place - from) / (to - from);
  const end = rgb(b);
  return rgb(a).map((c, k) => c + share * (end[k] - c));
}
