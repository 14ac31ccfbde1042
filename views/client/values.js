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
