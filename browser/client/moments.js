/** @file A figure that changes with the updates: one of its traces holds what it is at several of them, see figures/regions.py. */

import { reached } from "./values.js";

const moving = (figure) => figure?.data.find((trace) => trace.moments);

/** Which of a figure's moments stands at update k; −1 where it has none. */
export function momentOf(figure, k) {
  const trace = moving(figure);
  return trace ? Math.max(0, reached(trace.moments.update, k) - 1) : -1;
}

/** The figure at one of its moments, as Plotly reads it; without moments it is as it is. */
export function atMoment(figure, i) {
  if (i < 0) return figure;
  const data = figure.data.map(({ moments, ...trace }) => (moments ? { ...trace, z: moments.z[i] } : trace));
  return { ...figure, data };
}
