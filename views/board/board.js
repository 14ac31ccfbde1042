/**
 * @file The board: panels with a contour each, walks on a canvas over it, one player for all, one 3-D surface on demand.
 *
 * Streamlit calls the default export again for every change of data or theme. Each Plotly node lives as long as its panel and is
 * changed in place, so zoom, camera and the one WebGL context stay. Paths are no Plotly traces: they are drawn on a canvas with the
 * axes' own mapping, which plays them at the screen's rate without touching the contour.
 *
 * The data contract is `BoardData` in board.py.
 */

// ---------------------------------------------------------------------------------------------------- the door to Streamlit

/** @type {WeakMap<HTMLElement, Board>} */
const boards = new WeakMap();

export default function ({ parentElement: root, data, setStateValue }) {
  let board = boards.get(root);
  if (!board) boards.set(root, (board = new Board(root)));
  board.report = (choice) => setStateValue("choice", choice);
  board.receive(decode(data));
  // Streamlit also calls the cleanup of a call that newer data overtook: only a root that left the page is closed.
  return () =>
    setTimeout(() => {
      if (root.isConnected || boards.get(root) !== board) return;
      board.close();
      boards.delete(root);
    });
}

const ARRAYS = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  i2: Int16Array,
  i1: Int8Array,
  u4: Uint32Array,
  u2: Uint16Array,
  u1: Uint8Array,
};

/**
 * Reads what pack.py wrote. A matrix becomes a list of its rows (what Plotly wants), a `path` stays flat: x0, y0, x1, y1 ...
 * An array that was stored once is one object here too.
 * @param {Uint8Array} bytes
 */
function decode(bytes) {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const length = new DataView(buffer).getUint32(0, true);
  const start = (4 + length + 7) & ~7;
  const known = new Map();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), (key, value) => {
    if (!value?.$b) return value;
    const [offset, type, shape] = value.$b;
    const name = `${offset} ${shape} ${key === "path"}`;
    if (!known.has(name)) {
      const flat = new ARRAYS[type](buffer, start + offset, shape.reduce((a, b) => a * b, 1));
      known.set(name, shape.length === 1 || key === "path" ? flat : rows(flat, shape));
    }
    return known.get(name);
  });
}

/** A flat array as nested rows that share its memory. */
function rows(flat, [count, ...inner]) {
  const size = inner.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => {
    const row = flat.subarray(i * size, (i + 1) * size);
    return inner.length > 1 ? rows(row, inner) : row;
  });
}

// ------------------------------------------------------------------------------------------------------------- small tools

/** Makes an element: `make("p", "esl-title", parent)`. */
function make(tag, className, parent, attributes = {}) {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

/** Writes only what changed, so nothing is laid out or read aloud without need. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function name(element, label) {
  if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}

/** "update {k} of {n}" with its numbers. */
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? grouped(values[key]) : whole));

const grouped = (number) => (typeof number === "number" ? number.toLocaleString("en-US") : String(number));

/** Are two decoded structures alike? Long arrays are compared number by number, which takes far less time than drawing them. */
function same(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return Number.isNaN(a) && Number.isNaN(b);
  if (a.constructor !== b.constructor) return false;
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !same(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

/** A copy that Plotly may write into; numbers are shared, not copied. */
function copy(value) {
  if (!value || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return ArrayBuffer.isView(value[0]) ? value : value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, copy(held)]));
}

/** `theirs` over `ours`, level by level. */
function merge(ours, theirs) {
  if (!ours || !theirs || typeof ours !== "object" || typeof theirs !== "object" || Array.isArray(theirs)) return theirs ?? ours;
  const merged = { ...ours };
  for (const [key, value] of Object.entries(theirs)) merged[key] = merge(ours[key], value);
  return merged;
}

/** How many updates are at most `k`, in an ascending array: the number of points to draw. */
function reached(update, k) {
  let low = 0;
  let high = update.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (update[middle] <= k) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ------------------------------------------------------------------------------------------------------------------ colors

const swatch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Any CSS color as [r, g, b], each 0 to 255. */
function rgb(color) {
  swatch.clearRect(0, 0, 1, 1);
  swatch.fillStyle = "#808080";
  swatch.fillStyle = color;
  swatch.fillRect(0, 0, 1, 1);
  return [...swatch.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
}

/** Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white). */
function luminance(color) {
  const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** The color, moved toward the text color until large text in it can be read on the background (WCAG: 3 to 1). */
function legible(color, theme) {
  const [from, to] = [rgb(color), rgb(theme.text)];
  const ground = luminance(rgb(theme.background));
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = from.map((c, i) => Math.round(c + (to[i] - c) * share));
    if (contrast(luminance(mixed), ground) >= 3) return `rgb(${mixed})`;
  }
  return theme.text;
}

/** What a line is cased in, so that it stands out from any color map. */
const casing = (color) => (luminance(rgb(color)) > 0.35 ? "rgba(12, 14, 24, 0.85)" : "rgba(255, 255, 255, 0.92)");

/** Streamlit's theme, from the variables that it sets around every component. */
function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (variable, otherwise) => {
    const value = style.getPropertyValue(variable).trim();
    return value && value !== "unset" ? value : otherwise;
  };
  const theme = {
    text: read("--st-text-color", "#31333f"),
    background: read("--st-background-color", "#ffffff"),
    raised: read("--st-secondary-background-color", "#f0f2f6"),
    border: read("--st-border-color", "#d5d8de"),
    font: read("--st-font", "sans-serif"),
  };
  return { ...theme, dark: luminance(rgb(theme.background)) < 0.2, key: Object.values(theme).join("|") };
}

/** The theme as a Plotly template: exactly what a figure leaves unset. */
function template({ text, background, raised, border, font }) {
  const axis = {
    color: text,
    gridcolor: border,
    zerolinecolor: border,
    linecolor: border,
    tickcolor: border,
    ticks: "outside",
    ticklen: 5,
    showline: true,
    mirror: true,
    automargin: true,
    tickfont: { size: 14 },
    title: { font: { size: 17 }, standoff: 8 },
  };
  const deep = { color: text, gridcolor: border, zerolinecolor: border, showbackground: false, title: { font: { size: 16 } } };
  const clear = "rgba(0,0,0,0)";
  return {
    layout: {
      font: { color: text, family: font, size: 14 },
      paper_bgcolor: clear,
      plot_bgcolor: clear,
      margin: { l: 58, r: 14, t: 12, b: 52 },
      hoverlabel: { bgcolor: raised, bordercolor: border, font: { color: text, family: font, size: 14 } },
      legend: { font: { size: 15 }, bgcolor: clear, orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: axis,
      yaxis: axis,
      modebar: { bgcolor: background, color: text, activecolor: text, orientation: "v" },
      scene: { bgcolor: clear, xaxis: deep, yaxis: deep, zaxis: deep },
    },
  };
}

// ------------------------------------------------------------------------------------------------------------------ Plotly

let library = null;

/** Loads plotly.js once; the addresses are tried in their order. One that the page already has is taken. */
function plotly(addresses) {
  library ??= window.Plotly
    ? Promise.resolve(window.Plotly)
    : addresses
        .reduce((before, address) => before.catch(() => load(address)), Promise.reject(new Error("plotly.js")))
        .catch((error) => {
          library = null; // the next change of the data tries again
          throw error;
        });
  return library;
}

/** A script that leaves `window.Plotly` behind, from an address relative to the page (so path prefixes work). */
function load(address) {
  const source = new URL(address, document.baseURI).href;
  return new Promise((done, failed) => {
    const script = make("script", "", document.head, { type: address.startsWith("app/") ? "text/javascript" : "module", src: source });
    script.onload = () => (window.Plotly ? done(window.Plotly) : failed(new Error(source)));
    script.onerror = () => failed(new Error(source));
  });
}

const CONFIG = {
  displaylogo: false,
  responsive: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "resetCameraLastSave3d", "tableRotation"],
};

/** A Plotly figure on one node that is changed in place. */
class Figure {
  constructor(parent, className) {
    this.host = make("div", `esl-plot ${className}`, parent, { role: "img" });
    this.node = make("div", "esl-plotly", this.host);
    this.shown = null;
  }

  /**
   * Draws what changed; the same figure in the same theme and size costs nothing.
   * @param {{data: object[], layout: object}} figure
   * @returns {Promise<boolean>} whether it was drawn
   */
  async draw(library, figure, theme, extra = {}) {
    const size = [this.host.clientWidth, this.host.clientHeight];
    if (size[0] < 40 || size[1] < 40) return false; // a hidden tab; the size observer calls again
    const asked = { figure, extra, theme: theme.key, size };
    if (this.shown && same(asked, this.shown)) return false;
    this.shown = asked;
    const layout = copy(figure.layout);
    layout.template = merge(template(theme), layout.template ?? {});
    layout.uirevision ??= "kept";
    layout.width = size[0];
    layout.height = size[1];
    layout.autosize = false;
    if (!extra.scene && matchMedia("(pointer: coarse)").matches) layout.dragmode ??= false; // a finger scrolls the page
    if (layout.yaxis?.scaleanchor) {
      (layout.xaxis ??= {}).constrain ??= "domain"; // equal scales narrow the picture, they do not show empty land
      layout.yaxis.constrain ??= "domain";
    }
    if (extra.scene) layout.scene = merge(layout.scene ?? {}, extra.scene);
    await library.react(this.node, copy([...figure.data, ...(extra.traces ?? [])]), layout, CONFIG);
    if (!this.heard) {
      this.heard = true;
      for (const event of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) {
        this.node.on(event, (change) => this.onchange?.(change));
      }
    }
    return true;
  }

  /** The plotted rectangle in pixels, and how data become pixels in it right now, also amid a drag. */
  frame() {
    const { xaxis, yaxis } = this.node._fullLayout ?? {};
    if (!xaxis?._length || !yaxis?._length) return null;
    const along = (axis, flip) => {
      const [from, to] = axis.range.map(axis.r2l);
      const [start, scale] = flip ? [axis._offset + axis._length, -axis._length] : [axis._offset, axis._length];
      return (value) => start + ((axis.d2l(value) - from) / (to - from)) * scale;
    };
    return {
      left: xaxis._offset,
      top: yaxis._offset,
      right: xaxis._offset + xaxis._length,
      bottom: yaxis._offset + yaxis._length,
      x: along(xaxis, false),
      y: along(yaxis, true),
    };
  }

  remove() {
    if (this.node._fullLayout) window.Plotly?.purge(this.node);
    this.host.remove();
  }
}

// --------------------------------------------------------------------------------------------------- walks over a contour

const DASHES = { dot: [2, 6], dash: [10, 6], longdash: [16, 7], dashdot: [10, 5, 2, 5] };

/** The part of a segment inside a rectangle (Liang and Barsky) as [from, to], each 0 to 1; null if it misses it. */
function inside(x0, y0, x1, y1, box) {
  let from = 0;
  let to = 1;
  for (const [start, move, low, high] of [
    [x0, x1 - x0, box.left, box.right],
    [y0, y1 - y0, box.top, box.bottom],
  ]) {
    if (move === 0) {
      if (start < low || start > high) return null;
      continue;
    }
    const [a, b] = move > 0 ? [(low - start) / move, (high - start) / move] : [(high - start) / move, (low - start) / move];
    from = Math.max(from, a);
    to = Math.min(to, b);
    if (from > to) return null;
  }
  return [from, to];
}

/**
 * A walk's first `count` points on the screen: the pieces inside the box, the points inside it, and where it leaves.
 * @returns {{pieces: number[][], dots: number[][], exits: {x: number, y: number, angle: number, update: number}[], out: boolean}}
 */
function tracePath(walk, count, box) {
  const far = 1e9; // pixels; keeps a diverged walk's 1e300 out of the arithmetic, not its direction
  const clamp = (value) => Math.max(-far, Math.min(far, value));
  const pieces = [];
  const dots = [];
  const exits = [];
  let piece = null;
  let [px, py, out] = [NaN, NaN, true];
  for (let i = 0; i < count; i++) {
    const x = clamp(box.x(walk.path[2 * i]));
    const y = clamp(box.y(walk.path[2 * i + 1]));
    if (Number.isNaN(x) || Number.isNaN(y)) break;
    const here = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    if (here) dots.push([x, y, walk.update[i]]);
    if (i > 0) {
      const part = inside(px, py, x, y, box);
      if (part) {
        const [ax, ay, bx, by] = [px + (x - px) * part[0], py + (y - py) * part[0], px + (x - px) * part[1], py + (y - py) * part[1]];
        if (!piece) pieces.push((piece = [ax, ay]));
        piece.push(bx, by);
        if (!here) {
          exits.push({ x: bx, y: by, angle: Math.atan2(y - py, x - px), update: walk.update[i] });
          piece = null;
        }
      } else piece = null;
    }
    [px, py, out] = [x, y, !here];
  }
  return { pieces, dots, exits, out };
}

/** Puts the outline of a marker, in Plotly's names, on the context's path. */
function shape(context, symbol, x, y, r) {
  const ring = (corners, turn, inner = r) => {
    for (let i = 0; i < corners; i++) {
      const angle = turn + (i * 2 * Math.PI) / corners;
      const radius = i % 2 ? inner : r;
      context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
  };
  const plus = (turn) => {
    const [a, b] = [r * 0.38, r * 1.1];
    const corners = [[a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a], [-a, -b]];
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    for (const [u, v] of corners) context.lineTo(x + u * c - v * s, y + u * s + v * c);
  };
  context.beginPath();
  if (symbol === "square") ring(4, Math.PI / 4);
  else if (symbol === "diamond") ring(4, 0);
  else if (symbol === "triangle-up") ring(3, -Math.PI / 2);
  else if (symbol === "triangle-down") ring(3, Math.PI / 2);
  else if (symbol === "star") ring(10, -Math.PI / 2, r * 0.45);
  else if (symbol === "cross") plus(0);
  else if (symbol === "x") plus(Math.PI / 4);
  else context.arc(x, y, r * 0.88, 0, 2 * Math.PI);
  context.closePath();
}

/** Sizes a canvas to its box at the screen's resolution and clears it. */
function sheet(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = context.lineCap = "round";
  return context;
}

/** The walks over one contour: a canvas, and labels where a walk that ends outside first leaves the picture. */
class Overlay {
  constructor(host) {
    this.canvas = make("canvas", "esl-canvas", host, { "aria-hidden": "true" });
    this.labels = make("div", "esl-leaves", host);
  }

  /** @param k the update to draw up to; Infinity draws all */
  draw(figure, walks, k, words) {
    const box = figure.frame();
    const context = sheet(this.canvas, figure.host.clientWidth, figure.host.clientHeight);
    if (!box) return;
    const leaving = [];
    const tips = [];
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    for (const walk of walks) {
      const count = Math.max(1, reached(walk.update, k));
      const traced = tracePath(walk, count, box);
      this.line(context, walk, traced);
      if (traced.out && traced.exits.length) leaving.push({ walk, ...traced.exits[0] });
      else if (traced.dots.length) tips.push({ walk, at: traced.dots.at(-1), moved: count > 1 });
      traced.exits.slice(-3).forEach((exit) => this.arrow(context, walk, exit));
    }
    for (const { walk, at, moved } of tips) this.tip(context, walk, at, moved);
    context.restore();
    this.label(leaving, box, words);
  }

  line(context, walk, { pieces, dots }) {
    const halo = casing(walk.color);
    const path = new Path2D();
    for (const piece of pieces) {
      path.moveTo(piece[0], piece[1]);
      for (let i = 2; i < piece.length; i += 2) path.lineTo(piece[i], piece[i + 1]);
    }
    context.setLineDash([]);
    context.strokeStyle = halo;
    context.lineWidth = 6;
    context.stroke(path);
    context.setLineDash(DASHES[walk.dash] ?? []);
    context.strokeStyle = walk.color;
    context.lineWidth = 3;
    context.stroke(path);
    context.setLineDash([]);
    // Every update is a dot, as long as the dots can be told apart.
    let last = null;
    for (const [x, y] of dots) {
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

// ------------------------------------------------------------------------------------------------------------- one number

/** One walk's big number: it counts while the walk is played and stops where the walk stops. */
class Count {
  constructor(parent) {
    this.root = make("div", "esl-count", parent);
    const line = make("div", "esl-count-line", this.root);
    this.key = make("canvas", "esl-key", line, { "aria-hidden": "true" });
    this.number = make("span", "esl-number", line);
    this.unit = make("span", "esl-unit", line);
    this.check = make("span", "esl-check", line, { role: "img" });
    this.check.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l3.7 3.7 7.3-8"/></svg>';
    this.status = make("div", "esl-status", this.root);
    this.name = make("div", "esl-count-name", this.root);
  }

  show(walk, theme, words) {
    this.walk = walk;
    this.template = words;
    this.root.style.setProperty("--esl-walk", legible(walk.color, theme));
    this.number.style.minWidth = `${walk.count.length * 0.56}em`;
    write(this.unit, walk.unit);
    write(this.name, [walk.name, walk.detail].filter(Boolean).join(" · "));
    name(this.check, words.settled ?? "✓");
    this.check.title = words.settled ?? "";
    this.status.hidden = walk.status !== "diverged";
    write(this.status, walk.diverged === null ? "" : fill(words.diverged, { k: walk.diverged }));
    const context = sheet(this.key, 34, 22);
    for (const [color, width, dash] of [[casing(walk.color), 6, []], [walk.color, 3, DASHES[walk.dash] ?? []]]) {
      context.setLineDash(dash);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(4, 11);
      context.lineTo(30, 11);
      context.stroke();
    }
    context.setLineDash([]);
    shape(context, walk.marker, 17, 11, 7);
    context.strokeStyle = casing(walk.color);
    context.lineWidth = 3;
    context.stroke();
    context.fillStyle = walk.color;
    context.fill();
  }

  /** @param k the update that is shown; Infinity is the end */
  at(k) {
    const { walk } = this;
    const stop = walk.settled ?? walk.diverged ?? walk.update.at(-1) ?? 0;
    const done = k >= stop;
    const mark = /\d(\D)\d{3}(?!\d)/.exec(walk.count)?.[1]; // group as Python grouped the final count
    const counted = mark ? grouped(k).replaceAll(",", mark) : String(k);
    write(this.number, done ? walk.count : counted);
    this.root.classList.toggle("esl-reached", done && walk.status === "settled");
    this.root.classList.toggle("esl-lost", done && walk.status === "diverged");
  }

  /** What a screen reader says in the end. */
  said() {
    const { walk } = this;
    const lost = walk.status === "diverged" && walk.diverged !== null ? fill(this.template.diverged, { k: walk.diverged }) : "";
    return [walk.name, `${walk.count} ${walk.unit}`, lost].filter(Boolean).join(", ");
  }

  remove() {
    this.root.remove();
  }
}

/** Keeps exactly `count` children made by `create`, the surviving ones in place. */
function keep(list, count, create) {
  while (list.length > count) list.pop().remove();
  while (list.length < count) list.push(create());
}

// --------------------------------------------------------------------------------------------------------------- one panel

class Panel {
  constructor(parent, board) {
    this.board = board;
    this.root = make("section", "esl-panel", null);
    parent.insertBefore(this.root, board.player.root);
    this.head = make("header", "esl-head", this.root);
    this.title = make("h3", "esl-title", this.head);
    this.subtitle = make("p", "esl-subtitle", this.head);
    this.contour = new Figure(this.root, "esl-contour");
    this.overlay = new Overlay(this.contour.host);
    this.contour.onchange = () => this.paint();
    this.countRow = make("div", "esl-counts", this.root);
    this.extras = make("div", "esl-extras", this.root);
    this.cloudBox = make("figure", "esl-cloud-box", this.extras);
    this.cloud = new Figure(this.cloudBox, "esl-cloud");
    this.caption = make("figcaption", "esl-caption", this.cloudBox);
    this.facts = make("dl", "esl-facts", this.extras);
    this.counts = [];
    board.sizes.observe(this.contour.host);
    board.sizes.observe(this.cloud.host);
  }

  /** The words and numbers: at once, before Plotly is there. */
  say(data, theme, words) {
    this.said = data;
    write(this.title, data.title);
    write(this.subtitle, data.subtitle);
    name(this.root, data.title);
    name(this.contour.host, data.alt);
    name(this.cloud.host, data.alt_cloud ?? `${words.data}: ${data.title}`);
    write(this.caption, words.data);
    this.cloudBox.hidden = !data.cloud;
    keep(this.counts, data.walks.length, () => new Count(this.countRow));
    this.counts.forEach((count, i) => count.show(data.walks[i], theme, words));
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

  /** The pictures. The walks change together with the contour under them. */
  async draw(library, data, theme) {
    this.walks = data.walks;
    await this.contour.draw(library, data.contour, theme);
    if (data.cloud) await this.cloud.draw(library, data.cloud, theme);
    this.paint();
  }

  paint() {
    if (this.walks && this.board.data) this.overlay.draw(this.contour, this.walks, this.board.shownUpdate(), this.board.data.words);
  }

  remove() {
    this.contour.remove();
    this.cloud.remove();
    this.root.remove();
  }
}

// ------------------------------------------------------------------------------------------------------------ 3-D, one only

/** Does this browser draw WebGL? Asked once, and the context is given back. */
const webgl = (() => {
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
class Surface {
  constructor(board) {
    this.board = board;
    this.figure = new Figure(null, "esl-surface");
    this.camera = null;
    // Plotly forgets the camera after a resize, whatever uirevision says; so it is kept here.
    this.figure.onchange = (change) => {
      if (change?.["scene.camera"]) this.camera = structuredClone(change["scene.camera"]);
    };
  }

  async draw(library, panel, theme) {
    const { surface, walks, alt } = panel.said;
    if (this.figure.host.parentElement !== panel.contour.host.parentElement || this.panel !== panel) {
      this.panel?.root.classList.remove("esl-deep");
      panel.contour.host.after(this.figure.host);
      this.panel = panel;
    }
    panel.root.classList.add("esl-deep");
    name(this.figure.host, alt);
    this.walks = walks;
    this.ground = ground(surface.data.find((trace) => trace.type === "surface"));
    this.first = surface.data.length;
    const extra = { scene: this.camera ? { camera: this.camera } : {}, traces: walks.flatMap((walk) => this.traces(walk, this.board.shownUpdate())) };
    this.library = null; // nothing plays into a drawing
    while (this.moving) await new Promise(requestAnimationFrame);
    await this.figure.draw(library, surface, theme, extra);
    this.library = library;
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
    const count = Math.max(1, reached(walk.update, k));
    const identity = { ...box, x: (v) => v, y: (v) => v };
    const line = { x: [], y: [], z: [] };
    const add = (x, y, z) => {
      line.x.push(x);
      line.y.push(y);
      line.z.push(z === null || !Number.isFinite(z) ? null : z + lift);
    };
    let [px, py, last] = [NaN, NaN, null];
    for (let i = 0; i < count; i++) {
      const [x, y] = [walk.path[2 * i], walk.path[2 * i + 1]];
      const here = x >= identity.left && x <= identity.right && y >= identity.top && y <= identity.bottom;
      const part = i > 0 ? inside(px, py, x, y, identity) : null;
      if (part && part[0] > 0) add(px + (x - px) * part[0], py + (y - py) * part[0], height(px + (x - px) * part[0], py + (y - py) * part[0]));
      if (here) {
        last = [x, y, walk.height[i]];
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

  hide() {
    this.panel?.root.classList.remove("esl-deep");
  }

  remove() {
    this.figure.remove();
  }
}

/** The drawn rectangle of a surface trace and its height anywhere in it, bilinear. */
function ground({ x, y, z }) {
  const range = (values) => [Math.min(values[0], values.at(-1)), Math.max(values[0], values.at(-1))];
  const [[left, right], [top, bottom]] = [range(x), range(y)];
  const cell = (values, v) => {
    const rising = values.at(-1) > values[0];
    let i = 0;
    while (i < values.length - 2 && (rising ? values[i + 1] < v : values[i + 1] > v)) i++;
    return [i, (v - values[i]) / (values[i + 1] - values[i])];
  };
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
      const [[i, s], [j, t]] = [cell(x, u), cell(y, v)];
      return (1 - t) * ((1 - s) * z[j][i] + s * z[j][i + 1]) + t * ((1 - s) * z[j + 1][i] + s * z[j + 1][i + 1]);
    },
  };
}

// --------------------------------------------------------------------------------------------------------------- the player

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const ICONS = {
  play: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3.5v17l15-8.5z"/></svg>',
  pause: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4h5v16H5zM14 4h5v16h-5z"/></svg>',
  step: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 4v16l11-8zM16.5 4H20v16h-3.5z"/></svg>',
};

/** Buttons, bar and switch under the panels. It knows no drawing: it asks the board. */
class Player {
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
    const views = make("div", "esl-views", this.root);
    this.views = views;
    this.group = make("div", "esl-switch", views, { role: "group" });
    this.contour = make("button", "esl-button esl-view", this.group, { type: "button" });
    this.surface = make("button", "esl-button esl-view", this.group, { type: "button" });
    this.whichField = make("label", "esl-field esl-which", views);
    this.whichWord = make("span", "", this.whichField);
    this.which = make("select", "esl-select", this.whichField);
    this.note = make("p", "esl-note", this.root, { role: "status", hidden: "" });
    this.play.onclick = () => board.toggle();
    this.step.onclick = () => board.step();
    this.scrub.oninput = () => board.seek(Number(this.scrub.value));
    this.speed.onchange = () => board.restart();
    this.contour.onclick = () => board.choose("contour");
    this.surface.onclick = () => board.choose("surface");
    this.which.onchange = () => board.choose("surface", Number(this.which.value));
  }

  say({ words, player, panels }) {
    this.words = words;
    name(this.step, words.step);
    this.step.title = words.step;
    name(this.scrub, words.scrub ?? fill(words.update, { k: "…", n: player.length }));
    write(this.speedWord, words.speed);
    write(this.contour, words.contour);
    write(this.surface, words.surface);
    write(this.whichWord, words.which);
    name(this.group, words.view ?? `${words.contour} | ${words.surface}`);
    this.scrub.max = String(player.length);
    for (const control of [this.play, this.step, this.scrub, this.speed]) control.disabled = player.length === 0;
    const deep = panels.map((panel, i) => ({ i, title: panel.title })).filter(({ i }) => panels[i].surface);
    this.views.hidden = deep.length === 0;
    if (!same(deep, this.listed)) {
      this.listed = deep;
      this.which.replaceChildren();
      for (const { i, title } of deep) make("option", "", this.which, { value: i }).textContent = title;
    }
  }

  /** @param k the update that is shown */
  at(k, length, playing) {
    const state = playing ? "pause" : "play";
    if (this.state !== state) {
      this.state = state;
      this.playIcon.innerHTML = ICONS[state];
    }
    write(this.playWord, this.words[state]);
    const text = fill(this.words.update, { k, n: length });
    this.scrub.value = String(k);
    this.scrub.style.setProperty("--esl-done", `${length ? (100 * k) / length : 0}%`);
    this.scrub.setAttribute("aria-valuetext", text);
    write(this.update, text);
  }

  look(view, panel) {
    for (const [button, which] of [[this.contour, "contour"], [this.surface, "surface"]]) {
      button.setAttribute("aria-pressed", String(view === which));
    }
    this.whichField.hidden = view !== "surface" || this.which.options.length < 2;
    this.which.value = String(panel);
  }

  warn(text) {
    this.note.hidden = !text;
    write(this.note, text ?? "");
  }
}

/** How long a whole walk takes to play at normal speed, in milliseconds: few updates need less. */
const duration = (length) => Math.min(4000, Math.max(600, length * 400));

const still = matchMedia("(prefers-reduced-motion: reduce)");

// ---------------------------------------------------------------------------------------------------------------- the board

class Board {
  constructor(root) {
    this.root = make("div", "esl-board", root);
    this.sizes = new ResizeObserver(() => this.resized());
    this.panelRow = make("div", "esl-panels", this.root);
    this.player = new Player(this.panelRow, this); // right under the numbers, see board.css
    this.curves = new Figure(this.root, "esl-curves");
    this.cursor = make("canvas", "esl-canvas", this.curves.host, { "aria-hidden": "true" });
    this.curves.onchange = () => this.paintCursor();
    this.live = make("p", "esl-live", this.root, { "aria-live": "polite" });
    this.sizes.observe(this.curves.host);
    this.panels = [];
    this.surface = null;
    this.data = null;
    this.k = 0;
    this.view = "contour";
    this.surfacePanel = 0;
    this.heard = null; // what Python last said of the view
    this.asked = null; // what a person chose and Python has not yet said back
  }

  // ------------------------------------------------------------------------------------------------- data in, pictures out

  /** New data or a new theme: words and numbers at once, pictures as soon as the last drawing is done. The last data win. */
  receive(data) {
    const before = this.data;
    const atEnd = !before || this.k >= before.player.length;
    this.data = data;
    this.k = this.playing || !atEnd ? Math.min(this.k, data.player.length) : data.player.length;
    this.adopt({ view: data.view, panel: data.surface_panel });
    this.panelRow.dataset.count = data.panels.length;
    keep(this.panels, data.panels.length, () => new Panel(this.panelRow, this));
    this.player.say(data);
    this.theme = readTheme(this.root);
    this.root.classList.toggle("esl-dark", this.theme.dark);
    this.panels.forEach((panel, i) => panel.say(data.panels[i], this.theme, data.words));
    this.curves.host.hidden = !data.curves;
    name(this.curves.host, data.words.curves ?? data.panels[0]?.alt ?? "");
    if (this.playing) this.restart();
    this.tell();
    this.announce();
    this.draw();
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
    if (changed) [this.view, this.surfacePanel] = [said.view, said.panel];
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
      await panel.draw(library, data.panels[i], theme);
    }
    if (this.stale || this.closed) return;
    await this.drawSurface(library);
    if (data.curves && !this.stale) await this.curves.draw(library, data.curves, theme);
    this.paintCursor();
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
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
    this.sizes.observe(surface.figure.host);
    return surface;
  }

  /** The panel whose surface is shown: the picked one, or the first that has one. */
  deepPanel() {
    const { panels } = this.data;
    return panels[this.surfacePanel]?.surface ? this.surfacePanel : panels.findIndex((panel) => panel.surface);
  }

  resized() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.data && !this.closed && this.draw(), 60);
  }

  // ---------------------------------------------------------------------------------------------------------------- the view

  /** A person switches the view or picks a panel: at once here, then told to Python. */
  choose(view, panel = this.deepPanel()) {
    if (view === "surface" && !webgl()) return this.player.warn(this.data.words.no_webgl);
    const choice = { view, panel: Math.max(0, panel) };
    if (view === this.view && choice.panel === this.surfacePanel) return undefined;
    [this.view, this.surfacePanel] = [choice.view, choice.panel];
    this.asked = { choice, since: performance.now() };
    this.player.look(view, choice.panel);
    this.draw();
    return this.report(choice);
  }

  // -------------------------------------------------------------------------------------------------------------- the player

  /** What is drawn: all of it at the end, since a walk may be longer than the bar. */
  shownUpdate() {
    return this.k >= this.data.player.length ? Infinity : this.k;
  }

  /** Brings every number, path and marker to the shown update. */
  tell() {
    const k = this.shownUpdate();
    this.player.at(this.k, this.data.player.length, this.playing);
    for (const panel of this.panels) {
      panel.counts.forEach((count) => count.at(k));
      panel.paint();
    }
    this.paintCursor();
  }

  /** The same after a move along the bar; new data bring a new 3-D drawing anyway. */
  move() {
    this.tell();
    if (this.view === "surface") this.surface?.play(this.shownUpdate());
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.k >= this.data.player.length) this.k = 0;
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
    const { length } = this.data.player;
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
    const { length } = this.data.player;
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
      const ended = this.shownUpdate() === Infinity;
      const said = this.panels.map((panel) => `${panel.said.title}: ${panel.counts.map((count) => count.said()).join("; ")}`);
      write(this.live, ended ? said.join(". ") : fill(this.data.words.update, { k: this.k, n: this.data.player.length }));
    }, 700);
  }

  /** A line through the curves at the shown update. */
  paintCursor() {
    if (!this.data?.curves) return;
    const box = this.curves.frame();
    const context = sheet(this.cursor, this.curves.host.clientWidth, this.curves.host.clientHeight);
    if (!box || this.shownUpdate() === Infinity) return;
    const x = box.x(this.k);
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
    this.playing = false;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    clearTimeout(this.saying);
    this.sizes.disconnect();
    this.panels.forEach((panel) => panel.remove());
    this.curves.remove();
    this.surface?.remove();
    this.root.remove();
  }
}
