/** @file The curves: values of the walks against the clock of the bar. */

import { ticksOf } from "./walk.js";

const LEAST = 1e-30; // a logarithmic axis has no place for 0

/** The figure of the curves with the values of the walks filled in. */
export function curvesFigure({ curves, panels, player, words }, clock) {
  const per = clock === "epochs" ? player.batches : 1;
  const last = player.length[clock] / per;
  const axis = { title: { text: words[clock] }, range: [0, last] };
  const data = curves.data.map((trace) => {
    const walk = panels[trace.meta.panel].walks[trace.meta.walk];
    const x = Float64Array.from(ticksOf(walk, clock), (tick) => tick / per);
    const y = Float64Array.from(walk[trace.meta.of], (value) => (Number.isFinite(value) && value > LEAST ? value : NaN));
    const shown = x.findLastIndex((tick) => tick <= last) + 1;
    const labels = { legendgroup: trace.name, hovertemplate: `${trace.name}<br>%{x}: %{y:.4g}<extra></extra>` };
    return { ...trace, ...labels, x: x.subarray(0, shown), y: y.subarray(0, shown) };
  });
  const { xaxis, xaxis2, ...rest } = curves.layout;
  return { data, layout: { ...rest, xaxis: { ...xaxis, ...axis }, xaxis2: { ...xaxis2, ...axis } } };
}
