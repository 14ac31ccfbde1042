/** @file A Plotly figure on one node that is changed in place. */

import { make } from "./dom.js";
import { plotly } from "./plotly.js";
import { template } from "./theme.js";
import { alike, copy, merge, same } from "./values.js";

const CONFIG = {
  displaylogo: false,
  plotGlPixelRatio: 1,
  responsive: false,
  modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d", "resetScale2d", "resetCameraDefault3d", "resetCameraLastSave3d", "tableRotation"],
};

export class Figure {
  /** @param {"hover" | false} bar Plotly's own buttons, or none */
  constructor(parent, className, bar = "hover") {
    this.bar = bar;
    this.onchange = null; // (change) => void, of every event that moves the picture
    this.onmoved = null; // (change) => void, once a person has zoomed or panned
    this.onpoint = null; // (event) => void, of a click
    this.onresize = null; // () => void
    this.host = make("div", `esl-plot ${className}`, parent, { role: "group" });
    this.node = make("div", "esl-plotly", this.host);
    this.shown = null;
    this.size = null; // in pixels; observed, as to ask for it has the page laid out
    this.sizes = new ResizeObserver(([{ contentRect }]) => {
      this.size = [Math.round(contentRect.width), Math.round(contentRect.height)];
      this.onresize?.();
    });
    this.sizes.observe(this.host);
  }

  /**
   * Draws what changed; the same figure in the same theme and size costs nothing.
   * @param {{data: any[], layout: any}} figure
   */
  async draw(figure, theme, extra = {}) {
    const library = await plotly();
    if (!this.host.isConnected) return;
    const size = (this.size ??= [this.host.clientWidth, this.host.clientHeight]);
    if (size[0] < 40 || size[1] < 40) return; // a hidden tab; the size observer calls again
    const wanted = { figure, extra, theme: theme.key, size };
    // What is nothing to the span of a curve is a decade at the low end of a logarithmic axis.
    const unchanged = figure.layout.yaxis?.type === "log" ? same : alike;
    if (this.shown && unchanged(wanted, this.shown)) return;
    this.shown = wanted;
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
    // Of axes with equal scales Plotly remembers the ranges it once got: those of a smaller window it would take for a zoom, and widen.
    for (const axis of ["xaxis", "yaxis"]) if (this.node._fullLayout?.[axis]?._inputRange) this.node._fullLayout[axis]._inputRange = null;
    await library.react(this.node, copy([...figure.data, ...(extra.traces ?? [])]), layout, { ...CONFIG, displayModeBar: this.bar });
    if (!this.listening) {
      this.listening = true;
      for (const event of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) {
        this.node.on(event, (change) => this.onchange?.(change));
      }
      this.node.on("plotly_relayout", (change) => this.onmoved?.(change));
      this.node.on("plotly_click", (event) => this.onpoint?.(event));
    }
  }

  /** What the axes show: [left, right, bottom, top]. */
  window() {
    const { xaxis, yaxis } = this.node._fullLayout ?? {};
    return xaxis && yaxis ? [...xaxis.range, ...yaxis.range].map(Number) : null;
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
      // and back: the point under a pixel, and how much of the axes a pixel is
      at: (px, py) => [
        xaxis.range[0] + ((px - xaxis._offset) / xaxis._length) * (xaxis.range[1] - xaxis.range[0]),
        yaxis.range[1] - ((py - yaxis._offset) / yaxis._length) * (yaxis.range[1] - yaxis.range[0]),
      ],
      pixel: [
        Math.abs(xaxis.range[1] - xaxis.range[0]) / xaxis._length,
        Math.abs(yaxis.range[1] - yaxis.range[0]) / yaxis._length,
      ],
    };
  }

  remove() {
    if (this.node._fullLayout) window.Plotly?.purge(this.node);
    this.sizes.disconnect();
    this.host.remove();
  }
}
