/** @file A component that shows nothing: it stores a parcel of arrays. Streamlit sends only a hash of a parcel that it has sent before. */

import { component } from "./component.js";
import { pageOf } from "./page.js";
import { unpack } from "./unpack.js";

const NAME = 16; // letters, as in board.py
const AGAIN = 4; // bytes, as in board.py

export const mount = component(
  (root) => ({ parcels: pageOf(root).parcels, header: "", close() {} }),
  (part, { data }) => {
    const header = data.subarray(0, NAME + AGAIN).join();
    if (header === part.header) return;
    part.header = header;
    part.parcels.put(new TextDecoder().decode(data.subarray(0, NAME)), unpack(data.subarray(NAME + AGAIN)));
  },
);
