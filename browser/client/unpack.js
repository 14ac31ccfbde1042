/** @file Reads what pack.py wrote: one block of bytes becomes names, words and typed arrays. */

import { derive } from "./derived.js";

const ARRAYS = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  i2: Int16Array,
  i1: Int8Array,
  u4: Uint32Array,
  u2: Uint16Array,
  u1: Uint8Array,
};

/**
 * A matrix becomes a list of its rows (what Plotly wants), a `path` stays flat: x0, y0, x1, y1 ...
 * An array that was stored once is one object here too.
 * @param {Uint8Array} bytes
 */
export function unpack(bytes) {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const length = new DataView(buffer).getUint32(0, true);
  const start = (4 + length + 7) & ~7;
  const known = new Map();
  const once = (name, create) => {
    if (!known.has(name)) known.set(name, create());
    return known.get(name);
  };
  const flat = ([offset, type, shape]) =>
    once(`${offset} ${type} ${shape}`, () => new ARRAYS[type](buffer, start + offset, shape.reduce((a, b) => a * b, 1)));
  const shaped = (name, values, shape, key) =>
    shape.length === 1 || key === "path" ? values : once(`${name} rows`, () => rows(values, shape));
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), (key, value) => {
    if (Array.isArray(value?.$b)) return key === "$of" ? value : shaped(`${value.$b}`, flat(value.$b), value.$b[2], key);
    if (value?.$of) {
      const stored = value.$of.$b;
      const name = `${stored} ${value.how} ${value.by}`;
      return shaped(name, once(name, () => derive(flat(stored), value.how, value.by)), stored[2], key);
    }
    return value;
  });
}

/** A flat array as nested rows that share its memory. */
function rows(flat, shape) {
  const [count, ...inner] = shape;
  const size = inner.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => {
    const row = flat.subarray(i * size, (i + 1) * size);
    return inner.length > 1 ? rows(row, inner) : row;
  });
}
