/** @file Arrays made of others: the same arithmetic, under the same names, as figures/derived.py. */

const within = (value, low, high) => (Number.isNaN(value) || value > high ? high : value < low ? low : value);

/** One function of a number for each way; `by` are its numbers, `i` is the place in the flat array. */
const HOWS = {
  shift: (by) => (by.length === 1 ? (value) => value + by[0] : (value, i) => value + by[i % by.length]),
  scale: ([first, last]) => (value) => first + ((last - first) * value) / 65535,
  log: ([low, high]) => (value) => Math.log10(within(value, low, high)),
  sqrt: ([low, high]) => (value) => Math.sqrt(within(value, low, high)),
  linear: ([low, high]) => (value) => within(value, low, high),
  rank: (by) => (value) => place(by, within(value, by[0], by[by.length - 1])),
};

/** Where a value lies among ascending ones, 0 to 1, linear between two of them. */
function place(knots, value) {
  let low = 0;
  let high = knots.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= value) low = middle;
    else high = middle;
  }
  return (low + (value - knots[low]) / (knots[high] - knots[low])) / (knots.length - 1);
}

/** A flat array, in float64. */
export function derived(of, how, by) {
  const each = HOWS[how](by);
  const made = new Float64Array(of.length);
  for (let i = 0; i < made.length; i++) made[i] = each(of[i], i);
  return made;
}
