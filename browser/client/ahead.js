/** @file A component that shows nothing: it fetches the pictures that sliders lead to, see films.js. */

import { films } from "./films.js";
import { mounted } from "./mounted.js";
import { unpack } from "./unpack.js";

export const mount = mounted(
  () => ({
    close() {
      films.ask = null;
    },
  }),
  async (part, { data, setTriggerValue }) => {
    films.ask = (wish) => setTriggerValue("asked", wish);
    const plain = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
    films.take(unpack(new Uint8Array(await new Response(plain).arrayBuffer())));
  },
);
