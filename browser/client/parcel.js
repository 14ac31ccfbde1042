/** @file A component that shows nothing: it takes in a parcel of arrays. Streamlit sends one that it has sent before as a hash only. */

import { mounted } from "./mounted.js";
import { pageOf } from "./page.js";
import { unpack } from "./unpack.js";

const NAME = 16; // letters, as in board.py
const AGAIN = 4; // bytes, as in board.py

export const mount = mounted(
  (root) => ({ parcels: pageOf(root).parcels, header: "", close() {} }),
  (part, { data }) => {
    const header = data.subarray(0, NAME + AGAIN).join();
    if (header === part.header) return;
    part.header = header;
    part.parcels.put(new TextDecoder().decode(data.subarray(0, NAME)), unpack(data.subarray(NAME + AGAIN)));
  },
);
