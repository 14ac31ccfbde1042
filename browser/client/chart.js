/** @file A chart: one figure by itself. */

import { make, name } from "./dom.js";
import { Figure } from "./figure.js";
import { mounted } from "./mounted.js";
import { plotly } from "./plotly.js";
import { pageStyles } from "./styles.js";
import { readTheme } from "./theme.js";
import { unpack } from "./unpack.js";

await pageStyles();

export const mount = mounted(
  (root) => new Chart(root),
  (chart, { data }) => chart.receive(unpack(data)),
);

class Chart {
  constructor(root) {
    this.root = make("div", "esl-chart", root);
    this.figure = new Figure(this.root, "esl-lines");
    this.sizes = new ResizeObserver(([{ contentRect }]) => {
      this.figure.size = [Math.round(contentRect.width), Math.round(contentRect.height)];
      this.draw();
    });
    this.sizes.observe(this.figure.host);
  }

  receive(data) {
    this.data = data;
    this.root.classList.toggle("esl-tall", data.tall);
    name(this.figure.host, data.alt);
    this.draw();
  }

  /** The newest data, once the drawing before is done. */
  async draw() {
    this.stale = true;
    if (this.drawing || !this.data) return;
    this.drawing = true;
    try {
      while (this.stale && !this.closed) {
        this.stale = false;
        const library = await plotly(this.data.plotly);
        if (!this.closed) await this.figure.draw(library, this.data.figure, readTheme(this.root));
        this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
      }
    } finally {
      this.drawing = false;
    }
  }

  close() {
    this.closed = true;
    this.sizes.disconnect();
    this.figure.remove();
    this.root.remove();
  }
}
