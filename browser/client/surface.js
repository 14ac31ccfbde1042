/** @file The loss surface of one panel in three dimensions; one at a time. */

import { make, name, write } from "./dom.js";
import { Figure } from "./figure.js";
import { inside } from "./path.js";
import { casing } from "./theme.js";
import { copy, places, reached } from "./values.js";

/** Does this browser draw WebGL? Asked once, and the context is given back. */
export const webgl = (() => {
  let answer;
  return () => {
    if (answer === undefined) {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
      answer = Boolean(context);
      context?.getExtension("WEBGL_lose_context")?.loseContext();
    }
    return answer;
  };
})();

/** The loss surface of the picked panel, with its walks on it; it covers that panel's contour. */
export class Surface {
  constructor(board) {
    this.board = board;
    this.figure = new Figure(null, "esl-surface");
    this.camera = null;
    // Plotly forgets the camera after a resize, whatever uirevision says; so it is kept here.
    this.figure.onchange = (change) => {
      if (!change?.["scene.camera"] || this.resetting) return;
      this.camera = structuredClone(change["scene.camera"]);
      this.fit.hidden = false;
    };
    // A click gives the nearest point of the grid.
    this.figure.onpoint = ({ points: [point] }) => {
      if (point?.fullData?.type === "surface") board.put(this.panel.said.point ? "point" : "start", this.panel, [point.x, point.y], null);
    };
    this.fit = make("button", "esl-button esl-fit", this.figure.host, { type: "button", hidden: "" });
    this.fit.onclick = () => this.reset();
  }

  async draw(library, panel, theme) {
    const { surface, alt } = panel.said;
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
    if (this.of !== surface) {
      this.of = surface;
      this.even = { ...surface, data: surface.data.map((trace) => (trace.type === "surface" ? evened(trace) : trace)) };
    }
    this.ground = ground(this.even.data.find((trace) => trace.type === "surface"));
    this.first = surface.data.length;
    this.look();
    const extra = { scene: this.camera ? { camera: this.camera } : {}, traces: walks.flatMap((walk) => this.traces(walk, this.board.shownTick())) };
    this.library = null; // nothing plays into a drawing
    while (this.moving) await new Promise(requestAnimationFrame);
    await this.figure.draw(library, this.even, theme, extra);
    this.library = library;
  }

  /** Once turned, the camera is where it is seen: it runs on for a while after Plotly has last told of it. */
  look() {
    const seen = this.camera && this.figure.node._fullLayout?.scene?._scene?.getCamera();
    if (seen && ["x", "y", "z"].some((axis) => Math.abs(seen.eye[axis] - this.camera.eye[axis]) > 1e-3)) this.camera = seen;
  }

  traces(walk, k) {
    const { line, tip } = this.points(walk, k);
    const common = { type: "scatter3d", showlegend: false, hoverinfo: "skip" };
    return [
      { ...common, mode: "lines", line: { color: walk.color, width: 7, dash: walk.dash === "dot" ? "dot" : "solid" }, ...line },
      { ...common, mode: "markers", marker: { color: walk.color, size: 6, line: { color: casing(walk.color).replace(/[\d.]+\)$/, "1)"), width: 1 } }, ...tip },
    ];
  }

  /** A walk's points on the surface, cut at the rim of what is drawn, a little above it so that it is not swallowed. */
  points(walk, k) {
    const { box, height, lift } = this.ground;
    const count = Math.max(1, reached(walk.ticks(this.board.clock), k));
    const line = { x: [], y: [], z: [] };
    const add = (x, y, z) => {
      line.x.push(x);
      line.y.push(y);
      line.z.push(z === null || !Number.isFinite(z) ? null : z + lift);
    };
    let [px, py, last] = [NaN, NaN, null];
    for (let i = 0; i < count; i++) {
      const [x, y] = [walk.path[2 * i], walk.path[2 * i + 1]];
      const here = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
      const part = i > 0 ? inside(px, py, x, y, box) : null;
      if (part && part[0] > 0) add(px + (x - px) * part[0], py + (y - py) * part[0], height(px + (x - px) * part[0], py + (y - py) * part[0]));
      if (here) {
        last = [x, y, walk.loss(i)];
        add(...last);
      } else if (part) {
        const [ex, ey] = [px + (x - px) * part[1], py + (y - py) * part[1]];
        add(ex, ey, height(ex, ey));
        add(null, null, null);
        last = null;
      } else last = null;
      [px, py] = [x, y];
    }
    return { line, tip: { x: last ? [last[0]] : [], y: last ? [last[1]] : [], z: last ? [last[2] + lift] : [] } };
  }

  /** Moves the walks to update `k`. One restyle at a time: while one runs, only the newest wish is kept. */
  async play(k) {
    this.wanted = k;
    if (this.moving || !this.library || !this.walks.length) return;
    this.moving = true;
    try {
      while (this.wanted !== null && this.library) {
        const update = { x: [], y: [], z: [] };
        for (const walk of this.walks) {
          const { line, tip } = this.points(walk, this.wanted);
          for (const axis of ["x", "y", "z"]) update[axis].push(line[axis], tip[axis]);
        }
        this.wanted = null;
        await this.library.restyle(this.figure.node, update, update.x.map((_, i) => this.first + i));
        await new Promise(requestAnimationFrame);
      }
    } finally {
      this.moving = false;
      if (this.figure.shown) this.figure.shown.extra = null; // what is drawn is no longer what was asked for
    }
  }

  /** The camera as it was at first. */
  reset() {
    this.camera = null;
    this.fit.hidden = true;
    this.resetting = true;
    const camera = copy(this.panel.said.surface.layout.scene.camera);
    Promise.resolve(this.library?.relayout(this.figure.node, { "scene.camera": camera })).finally(() => (this.resetting = false));
  }

  hide() {
    this.panel?.root.classList.remove("esl-deep");
  }

  remove() {
    this.figure.remove();
  }
}

const EVEN = 120; // points a side: an even grid of so many Plotly refines least

/**
 * The surface on an even grid, bilinear. Where a map is sampled finely around its minimum, Plotly would refine the whole surface as finely
 * as there: twenty-five times the points, and seconds for each change.
 */
export function evened(trace) {
  const { x, y, z, surfacecolor } = trace;
  const spread = (axis) => Float64Array.from({ length: EVEN }, (_, i) => axis[0] + ((axis.at(-1) - axis[0]) * i) / (EVEN - 1));
  const [across, up] = [spread(x), spread(y)];
  const columns = places(x, across);
  const rows = places(y, up);
  const resampled = (field) =>
    rows.map(([r, t]) =>
      Float32Array.from(columns, ([c, s]) => (1 - t) * ((1 - s) * field[r][c] + s * field[r][c + 1]) + t * ((1 - s) * field[r + 1][c] + s * field[r + 1][c + 1])),
    );
  return { ...trace, x: across, y: up, z: resampled(z), surfacecolor: resampled(surfacecolor ?? z) };
}

/** The drawn rectangle of a surface trace and its height anywhere in it, bilinear. */
function ground({ x, y, z }) {
  const range = (values) => [Math.min(values[0], values.at(-1)), Math.max(values[0], values.at(-1))];
  const [[left, right], [top, bottom]] = [range(x), range(y)];
  let [low, high] = [Infinity, -Infinity];
  for (const row of z) {
    for (const value of row) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return {
    box: { left, right, top, bottom },
    lift: (high - low) * 0.012 || 0,
    height(u, v) {
      const [[[i, s]], [[j, t]]] = [places(x, [u]), places(y, [v])];
      return (1 - t) * ((1 - s) * z[j][i] + s * z[j][i + 1]) + t * ((1 - s) * z[j + 1][i] + s * z[j + 1][i + 1]);
    },
  };
}
