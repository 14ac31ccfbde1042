/** @file Colors that can be read, and Streamlit's theme as Plotly's. */

const canvas = document.createElement("canvas");
const swatch = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));

/** Any CSS color as [r, g, b], each 0 to 255. */
export function rgb(color) {
  swatch.clearRect(0, 0, 1, 1);
  swatch.fillStyle = "#808080";
  swatch.fillStyle = color;
  swatch.fillRect(0, 0, 1, 1);
  return [...swatch.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
}

/** Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white). */
export function luminance(color) {
  const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** The color, moved toward the text color until large text in it can be read on the background (WCAG: 3 to 1). */
export function legible(color, theme) {
  const [from, to] = [rgb(color), rgb(theme.text)];
  const ground = luminance(rgb(theme.background));
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = from.map((c, i) => Math.round(c + (to[i] - c) * share));
    if (contrast(luminance(mixed), ground) >= 3) return `rgb(${mixed})`;
  }
  return theme.text;
}

/** The color of a line's casing, so that the line stands out from any color map. */
export const casing = (color) => (luminance(rgb(color)) > 0.35 ? "rgba(12, 14, 24, 0.85)" : "rgba(255, 255, 255, 0.92)");

/** Streamlit's theme, from the variables that it sets around every component. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (variable, otherwise) => {
    const value = style.getPropertyValue(variable).trim();
    return value && value !== "unset" ? value : otherwise;
  };
  const theme = {
    text: read("--st-text-color", "#31333f"),
    background: read("--st-background-color", "#ffffff"),
    raised: read("--st-secondary-background-color", "#f0f2f6"),
    border: read("--st-border-color", "#d5d8de"),
    font: read("--st-font", "sans-serif"),
  };
  return { ...theme, dark: luminance(rgb(theme.background)) < 0.2, key: Object.values(theme).join("|") };
}

/** The theme as a Plotly template, for everything that a figure leaves unset. */
export function template({ text, background, raised, border, font }) {
  const axis = {
    color: text,
    gridcolor: border,
    zerolinecolor: border,
    linecolor: border,
    tickcolor: border,
    ticks: "outside",
    ticklen: 5,
    showline: true,
    mirror: true,
    ticklabeloverflow: "allow", // else every label is measured, and the page laid out for it
    tickfont: { size: 14 },
    title: { font: { size: 17 }, standoff: 8 },
  };
  const deep = { color: text, gridcolor: border, zerolinecolor: border, showbackground: false, title: { font: { size: 16 } } };
  const clear = "rgba(0,0,0,0)";
  return {
    layout: {
      font: { color: text, family: font, size: 14 },
      paper_bgcolor: clear,
      plot_bgcolor: clear,
      margin: { l: 76, r: 14, t: 12, b: 56 },
      hoverlabel: { bgcolor: raised, bordercolor: border, font: { color: text, family: font, size: 14 } },
      legend: { font: { size: 15 }, bgcolor: clear, orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: axis,
      yaxis: axis,
      modebar: { bgcolor: background, color: text, activecolor: text, orientation: "v" },
      scene: { bgcolor: clear, xaxis: deep, yaxis: deep, zaxis: deep },
    },
  };
}
