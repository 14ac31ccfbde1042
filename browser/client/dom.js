/** @file Small tools for the page: elements, words, names for screen readers. */

/**
 * Makes an element: `make("button", "esl-step", parent, { title: "Step", onclick: () => step() })`. A button submits no form.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Node & ParentNode | null} parent
 * @param {Record<string, string | number | ((event: any) => void)>} attributes and listeners, by their names
 */
export function make(tag, className, parent, attributes = {}) {
  const element = document.createElement(tag);
  element.className = className;
  if (tag === "button") element.setAttribute("type", "button");
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(attribute.slice(2), value);
    else element.setAttribute(attribute, String(value));
  }
  parent?.append(element);
  return element;
}

/** Writes only what changed, so nothing is laid out or read aloud without need. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Names it for a screen reader. */
export function name(element, label) {
  if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}

/** "update {k} of {n}" with its numbers. */
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? grouped(values[key]) : whole));

export const grouped = (number) => (typeof number === "number" ? number.toLocaleString("en-US") : String(number));

/** Keeps exactly `count` children made by `create`, the surviving ones in place. */
export function keep(list, count, create) {
  while (list.length > count) list.pop().remove();
  while (list.length < count) list.push(create());
}

/** Counts in a data attribute how often something was painted, for who watches from outside. */
export function countDrawing(element, what) {
  element.dataset[what] = String(Number(element.dataset[what] ?? 0) + 1);
}
