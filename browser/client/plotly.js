/** @file Loads plotly.js once, from the app itself. */

import { make } from "./dom.js";

let library = null;

/** Loads plotly.js once; the addresses are tried in their order. One that the page already has is taken. */
export function plotly(addresses) {
  library ??= window.Plotly
    ? Promise.resolve(window.Plotly)
    : addresses
        .reduce((before, address) => before.catch(() => load(address)), Promise.reject(new Error("plotly.js")))
        .catch((error) => {
          library = null; // the next change of the data tries again
          throw error;
        });
  return library;
}

/** A script that leaves `window.Plotly` behind, from an address relative to the page (so path prefixes work). */
function load(address) {
  const source = new URL(address, document.baseURI).href;
  return new Promise((done, failed) => {
    const script = make("script", "", document.head, { type: address.startsWith("app/") ? "text/javascript" : "module", src: source });
    script.onload = () => (window.Plotly ? done(window.Plotly) : failed(new Error(source)));
    script.onerror = () => failed(new Error(source));
  });
}
