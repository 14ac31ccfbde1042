/** @file Plain structures: compared, copied, merged; and a place in an ascending array. */

/** Are two decoded structures alike? Long arrays are compared number by number, which takes far less time than drawing them. */
export function same(a, b) {
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
export function copy(value) {
  if (!value || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return ArrayBuffer.isView(value[0]) ? value : value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, copy(held)]));
}

/** `theirs` over `ours`, level by level. */
export function merge(ours, theirs) {
  if (!ours || !theirs || typeof ours !== "object" || typeof theirs !== "object" || Array.isArray(theirs)) return theirs ?? ours;
  const merged = { ...ours };
  for (const [key, value] of Object.entries(theirs)) merged[key] = merge(ours[key], value);
  return merged;
}

/** How many updates are at most `k`, in an ascending array: the number of points to draw. */
export function reached(update, k) {
  let low = 0;
  let high = update.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (update[middle] <= k) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** For each value the cell of an ascending axis that it lies in, and how far into it, 0 to 1. */
export function places(axis, values) {
  return Array.from(values, (value) => {
    let low = 0;
    let high = axis.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (axis[middle] <= value) low = middle;
      else high = middle;
    }
    return [low, (value - axis[low]) / (axis[high] - axis[low])];
  });
}

const INVISIBLE = 2e-5; // of the span of an array: less than one of 65535 shades

/** The same to the eye: as `same`, but numbers of an array may differ by what nobody can see. */
export function alike(a, b) {
  if (a === b) return true;
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    if (a.length !== b.length) return false;
    let [low, high] = [Infinity, -Infinity];
    for (const value of a) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const most = INVISIBLE * (high - low) + 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i] - b[i]) <= most) && !same(a[i], b[i])) return false;
    return true;
  }
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  if (!a || !b || typeof a !== "object" || typeof b !== "object") return same(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && alike(a[key], b[key]));
}
