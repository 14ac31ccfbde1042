/** @file Style sheets that lie beside these scripts. */

/** Fetches a sheet, for `adoptedStyleSheets` of the page or of a shadow root. */
export async function stylesheet(file) {
  const answer = await fetch(new URL(file, import.meta.url));
  return new CSSStyleSheet().replace(await answer.text());
}

let shared = null;

/** The sheet of whatever lies in the page itself, in no shadow root: there once, however many parts ask for it. */
export function pageStyles() {
  return (shared ??= stylesheet("board.css").then((sheet) => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }));
}
