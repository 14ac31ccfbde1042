/** @file Plain structures: compared, copied, merged; and a place in an ascending array. */

const INVISIBLE = 2e-5; // of the span of an array: less than one of 65535 shades

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Are two decoded structures equal? Long arrays are compared number by number, which takes far less time than drawing them. */
export const same = (a, b) => equal(a, b, () => 0);

/** Equal to the eye: numbers of an array may differ by what nobody can see. */
export const alike = (a, b) => equal(a, b, invisible);

/** @param tolerance by how much the numbers of an array may differ */
function equal(a, b, tolerance) {
  const near = (x, y, most) => x === y || Math.abs(x - y) <= most || (Number.isNaN(x) && Number.isNaN(y));
  if (a === b) return true;
  if (typeof a === "number" && typeof b === "number") return near(a, b, tolerance([a]));
  if (!a || !b || typeof a !== "object" || a.constructor !== b.constructor) return false;
  if (ArrayBuffer.isView(a)) {
    const [values, others] = [/** @type {Float64Array} */ (a), /** @type {Float64Array} */ (b)];
    const most = tolerance(values);
    return values.length === others.length && values.every((value, i) => near(value, others[i], most));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key], tolerance));
}

function invisible(values) {
  const [low, high] = extent(values);
  return INVISIBLE * (high - low) + 1e-9 * Math.max(Math.abs(low), Math.abs(high));
}

/** The least and the greatest of some numbers. */
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** A copy that Plotly may write into; numbers are shared, not copied. */
export function copy(value) {
  if (!value || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return ArrayBuffer.isView(value[0]) ? value : value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copy(child)]));
}

/** `theirs` over `ours`, level by level. */
export function merge(ours, theirs) {
  if (!ours || !theirs || typeof ours !== "object" || typeof theirs !== "object" || Array.isArray(theirs)) return theirs ?? ours;
  const merged = { ...ours };
  for (const [key, value] of Object.entries(theirs)) merged[key] = merge(ours[key], value);
  return merged;
}

/** Sets an entry of a map as its newest, and drops the oldest beyond `most`. */
export function setNewest(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
  return value;
}

/** How many numbers of an ascending array are at most `k`: of the updates, the number of points to draw. */
export function countUpTo(updates, k) {
  let low = 0;
  let high = updates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (updates[middle] <= k) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The cell of an ascending axis that a value lies in, and how far into it, 0 to 1.
 * @returns {[number, number]}
 */
export function cell(axis, value) {
  const i = clamp(countUpTo(axis, value) - 1, 0, axis.length - 2);
  return [i, (value - axis[i]) / (axis[i + 1] - axis[i])];
}

/** The bilinear value of a grid at a point in a cell of its rows and a cell of its columns. */
export const bilinear = (grid, [r, t], [c, s]) =>
  (1 - t) * ((1 - s) * grid[r][c] + s * grid[r][c + 1]) + t * ((1 - s) * grid[r + 1][c] + s * grid[r + 1][c + 1]);
