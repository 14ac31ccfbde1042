/** @file Style sheets that lie beside these scripts. */

const PAGE = ["board", "range", "picture", "count", "facts", "player", "overlay", "layout"]; // of rules with the same weight the later counts

/** Fetches a sheet, for `adoptedStyleSheets` of the page or of a shadow root. */
export async function stylesheet(file) {
  const answer = await fetch(new URL(file, import.meta.url));
  return new CSSStyleSheet().replace(await answer.text());
}

let shared = null;

/** The sheets of whatever lies in the page itself, in no shadow root: there once, however many parts ask for them. */
export function pageStyles() {
  return (shared ??= Promise.all(PAGE.map((name) => stylesheet(`${name}.css`))).then((sheets) => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
  }));
}
