/** @file A component that shows nothing: it takes in a parcel of arrays. Streamlit sends one that it has sent before as a hash only. */

import { mounted } from "./mounted.js";
import { hold } from "./parcels.js";
import { unpack } from "./unpack.js";

const NAME = 16; // letters, as in board.py

export const mount = mounted(
  () => ({ name: null, close() {} }),
  (part, { data }) => {
    const name = new TextDecoder().decode(data.subarray(0, NAME));
    if (name === part.name) return;
    part.name = name;
    hold(name, unpack(data.subarray(NAME)));
  },
);
