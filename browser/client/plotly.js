/** @file Loads plotly.js once, from the app itself. */

import { make } from "./dom.js";

let library = null;

/** plotly.js; one that the page already has is taken. */
export function plotly() {
  library ??= window.Plotly ? Promise.resolve(window.Plotly) : load();
  return library;
}

/** A script that leaves `window.Plotly` behind; it is served beside this one. */
function load() {
  const source = new URL("plotly.min.js", import.meta.url).href;
  return new Promise((done, failed) => {
    const script = make("script", "", document.head, { src: source });
    script.onload = () => done(window.Plotly);
    script.onerror = () => {
      library = null; // the next change of the data tries again
      failed(new Error(source));
    };
  });
}
