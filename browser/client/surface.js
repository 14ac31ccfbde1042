/** @file The loss surface of one panel in 3-D; there is one at a time. */

import { make, name, write } from "./dom.js";
import { Figure } from "./figure.js";
import { Latest } from "./latest.js";
import { tracePath } from "./path.js";
import { casing } from "./theme.js";
import { bilinear, cell, copy, extent } from "./values.js";
import { lossAt, pointsAt } from "./walk.js";

/** Whether this browser draws WebGL. Tried once; the context is released. */
export function webgl() {
  if (able === null) {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
    able = Boolean(context);
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return able;
}

let able = null;

/** The loss surface of the chosen panel, with its walks; it covers that panel's contour. */
export class Surface {
  constructor(board) {
    this.board = board;
    this.figure = new Figure(null, "esl-surface");
    this.camera = null;
    /** @type {any} */
    this.ground = null; // see `ground`
    this.playing = new Latest(() => this.restyle());
    // Plotly forgets the camera after a resize, whatever uirevision says; so it is kept here.
    this.figure.onchange = (change) => {
      if (!change?.["scene.camera"] || this.resetting) return;
      this.camera = structuredClone(change["scene.camera"]);
      this.fit.hidden = false;
    };
    // A click gives the nearest point of the grid.
    this.figure.onpoint = ({ points: [point] }) => {
      if (point?.fullData?.type !== "surface") return;
      board.act(this.panel.data.point ? "point" : "start", { panel: this.panel.index, at: [point.x, point.y] });
    };
    this.figure.onresize = () => board.resized();
    this.fit = make("button", "esl-button esl-fit", this.figure.host, { hidden: "", onclick: () => this.reset() });
  }

  async draw(panel, theme) {
    const { surface, alt } = panel.data;
    const { walks } = panel;
    if (this.figure.host.parentElement !== panel.contour.host.parentElement || this.panel !== panel) {
      this.panel?.root.classList.remove("esl-deep");
      panel.contour.host.after(this.figure.host);
      this.panel = panel;
    }
    panel.root.classList.add("esl-deep");
    name(this.figure.host, alt);
    write(this.fit, this.board.data.words.reset);
    this.walks = walks;
    if (this.source !== surface) {
      this.source = surface;
      this.even = { ...surface, data: surface.data.map((trace) => (trace.type === "surface" ? resampleEvenly(trace) : trace)) };
    }
    this.ground = surfaceGeometry(this.even.data.find((trace) => trace.type === "surface"));
    this.first = surface.data.length;
    this.followCamera();
    const traces = walks.flatMap((walk) => this.traces(walk, this.board.shownTick()));
    const extra = { scene: this.camera ? { camera: this.camera } : {}, traces };
    this.drawn = false; // no restyle during a drawing
    await this.playing.running;
    await this.figure.draw(this.even, theme, extra);
    this.drawn = true;
  }

  /** Stores the current camera, which moves on for a while after Plotly's last event. */
  followCamera() {
    const now = this.camera && this.figure.node._fullLayout?.scene?._scene?.getCamera();
    if (now && ["x", "y", "z"].some((axis) => Math.abs(now.eye[axis] - this.camera.eye[axis]) > 1e-3)) this.camera = now;
  }

  traces(walk, k) {
    const { line, tip } = this.points(walk, k);
    const rim = casing(walk.color).replace(/[\d.]+\)$/, "1)"); // opaque
    const common = { type: "scatter3d", showlegend: false, hoverinfo: "skip" };
    return [
      { ...common, mode: "lines", line: { color: walk.color, width: 7, dash: walk.dash === "dot" ? "dot" : "solid" }, ...line },
      { ...common, mode: "markers", marker: { color: walk.color, size: 6, line: { color: rim, width: 1 } }, ...tip },
    ];
  }

  /** A walk's points on the surface, clipped to its rectangle and raised a little so that the surface does not hide them. */
  points(walk, k) {
    const { box, height, lift } = this.ground;
    const count = Math.max(1, pointsAt(walk, k, this.board.clock));
    const { pieces, dots, out } = tracePath(walk, count, { ...box, x: (value) => value, y: (value) => value });
    const raised = ({ x, y, i, cut }) => [x, y, (cut ? height(x, y) : lossAt(walk, i)) + lift];
    const gap = [null, null, null];
    const line = pieces.flatMap((piece, number) => [...(number > 0 ? [gap] : []), ...piece.map(raised)]);
    return { line: coordinates(line), tip: coordinates(out ? [] : dots.slice(-1).map(raised)) };
  }

  /** Moves the walks to update `k`. One restyle at a time; of the requests during it only the newest counts. */
  play(k) {
    this.wanted = k;
    this.playing.request();
  }

  async restyle() {
    if (!this.drawn || !this.walks.length) return;
    const update = { x: [], y: [], z: [] };
    for (const walk of this.walks) {
      const { line, tip } = this.points(walk, this.wanted);
      for (const axis of ["x", "y", "z"]) update[axis].push(line[axis], tip[axis]);
    }
    await window.Plotly.restyle(this.figure.node, update, update.x.map((_, i) => this.first + i));
    await new Promise(requestAnimationFrame);
    this.figure.shown = null; // the traces are no longer those of the last drawing
  }

  /** The camera as it was at first. */
  reset() {
    this.camera = null;
    this.fit.hidden = true;
    this.resetting = true;
    const camera = copy(this.panel.data.surface.layout.scene.camera);
    window.Plotly.relayout(this.figure.node, { "scene.camera": camera }).finally(() => (this.resetting = false));
  }

  hide() {
    this.panel?.root.classList.remove("esl-deep");
  }

  remove() {
    this.figure.remove();
  }
}

/** Points [x, y, z] as Plotly wants them; what is not finite is a gap. */
function coordinates(points) {
  const column = (i) => points.map((point) => (Number.isFinite(point[i]) ? point[i] : null));
  return { x: column(0), y: column(1), z: column(2) };
}

const EVEN = 120; // points a side: an even grid of so many Plotly refines least

/**
 * The surface resampled on an even grid, bilinearly. Plotly refines a whole surface as finely as its finest cells, so a map with fine
 * cells around its minimum would have twenty-five times the points and take seconds for each change.
 */
export function resampleEvenly(trace) {
  const { x, y, z, surfacecolor } = trace;
  const spread = (axis) => Float64Array.from({ length: EVEN }, (_, i) => axis[0] + ((axis.at(-1) - axis[0]) * i) / (EVEN - 1));
  const [across, up] = [spread(x), spread(y)];
  const columns = Array.from(across, (value) => cell(x, value));
  const rows = Array.from(up, (value) => cell(y, value));
  const resampled = (field) => rows.map((row) => Float32Array.from(columns, (column) => bilinear(field, row, column)));
  return { ...trace, x: across, y: up, z: resampled(z), surfacecolor: resampled(surfacecolor ?? z) };
}

/** The rectangle of a surface trace, and its height anywhere in it by bilinear interpolation. */
function surfaceGeometry({ x, y, z }) {
  const [[left, right], [top, bottom]] = [extent([x[0], x.at(-1)]), extent([y[0], y.at(-1)])];
  const rows = z.map(extent);
  const [low, high] = [Math.min(...rows.map(([least]) => least)), Math.max(...rows.map(([, greatest]) => greatest))];
  return {
    box: { left, right, top, bottom },
    lift: (high - low) * 0.012 || 0,
    height: (u, v) => bilinear(z, cell(y, v), cell(x, u)),
  };
}
