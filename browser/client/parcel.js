/** @file A component that shows nothing: it takes in a parcel of arrays. Streamlit sends one that it has sent before as a hash only. */

import { mounted } from "./mounted.js";
import { hold } from "./parcels.js";
import { unpack } from "./unpack.js";

const NAME = 16; // letters, as in board.py
const AGAIN = 4; // bytes, as in board.py

export const mount = mounted(
  () => ({ sent: null, close() {} }),
  (part, { data }) => {
    const name = new TextDecoder().decode(data.subarray(0, NAME));
    const sent = data.subarray(0, NAME + AGAIN).join();
    if (sent === part.sent) return;
    part.sent = sent;
    hold(name, unpack(data.subarray(NAME + AGAIN)));
  },
);
