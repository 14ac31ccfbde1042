/** @file Style sheets that lie beside these scripts. */

/** Fetches a sheet, for `adoptedStyleSheets` of the page or of a shadow root. */
export async function stylesheet(file) {
  const answer = await fetch(new URL(file, import.meta.url));
  return new CSSStyleSheet().replace(await answer.text());
}
