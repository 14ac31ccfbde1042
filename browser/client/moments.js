/** @file Figures that change with the updates: one trace holds its values at several, see figures/regions.py and figures/prediction.py. */

import { countUpTo } from "./values.js";

const moving = (figure) => figure?.data.find((trace) => trace.moments);

/** The index of a figure's moment at update k; −1 without moments. */
export function momentOf(figure, k) {
  const trace = moving(figure);
  return trace ? Math.max(0, countUpTo(trace.moments.update, k) - 1) : -1;
}

const valuesAt = ({ update: _, ...values }, i) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value[i]]));

/** The figure at one of its moments, as Plotly reads it. */
export function atMoment(figure, i) {
  if (i < 0) return figure;
  const data = figure.data.map(({ moments, ...trace }) => (moments ? { ...trace, ...valuesAt(moments, i) } : trace));
  return { ...figure, data };
}
