/** @file Labels along a track that do not cover one another. */

import { clamp } from "./values.js";

/**
 * Places labels in as few rows as possible without overlap, each as near to its center as the edges, moved out by `slack` pixels, allow.
 * @param {{center: number, width: number}[]} labels
 * @returns {{places: {left: number, row: number}[], rows: number}}
 */
export function placeLabels(labels, width, slack) {
  const rows = [];
  const places = [];
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].center - labels[b].center);
  for (const i of order) {
    const left = clamp(labels[i].center - labels[i].width / 2, -slack, Math.max(-slack, width + slack - labels[i].width));
    let row = 0;
    while (rows[row] !== undefined && rows[row] > left) row++;
    rows[row] = left + labels[i].width + 6;
    places[i] = { left, row };
  }
  return { places, rows: rows.length };
}
