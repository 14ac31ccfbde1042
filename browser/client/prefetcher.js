/** @file A component that shows nothing: it fetches the pictures that sliders lead to, see prefetch.js. */

import { component } from "./component.js";
import { pageOf } from "./page.js";
import { unpack } from "./unpack.js";

export const mount = component(
  (root) => {
    const { prefetch } = pageOf(root);
    const part = { prefetch, send: (_request) => {}, close: prefetch.connect((request) => part.send(request)) };
    return part;
  },
  async (part, { data, setTriggerValue }) => {
    part.send = (request) => setTriggerValue("asked", request);
    const plain = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
    part.prefetch.receive(unpack(new Uint8Array(await new Response(plain).arrayBuffer())));
  },
);
