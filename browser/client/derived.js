/** @file Arrays made of others: the same arithmetic, under the same names, as figures/derived.py. */

import { cell } from "./values.js";

const within = (value, low, high) => (Number.isNaN(value) || value > high ? high : value < low ? low : value);

/** One function of a number for each way; `by` are its numbers, `i` is the place in the flat array. */
const HOWS = {
  shift: (by) => (by.length === 1 ? (value) => value + by[0] : (value, i) => value + by[i % by.length]),
  scale: ([first, last]) => (value) => first + ((last - first) * value) / 65535,
  log: ([low, high]) => (value) => Math.log10(within(value, low, high)),
  sqrt: ([low, high]) => (value) => Math.sqrt(within(value, low, high)),
  linear: ([low, high]) => (value) => within(value, low, high),
  rank: (by) => (value) => rank(by, within(value, by[0], by[by.length - 1])),
};

/** Where a value lies among ascending ones, 0 to 1, linear between two of them. */
function rank(knots, value) {
  const [i, share] = cell(knots, value);
  return (i + share) / (knots.length - 1);
}

/** A flat array, in float64. */
export function derive(source, how, by) {
  const each = HOWS[how](by);
  const result = new Float64Array(source.length);
  for (let i = 0; i < result.length; i++) result[i] = each(source[i], i);
  return result;
}
