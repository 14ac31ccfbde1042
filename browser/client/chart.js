/** @file A chart: one figure by itself. */

import { counted, make, name } from "./dom.js";
import { Figure } from "./figure.js";
import { Latest } from "./latest.js";
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
    this.drawing = new Latest(() => this.draw());
    this.sizes = new ResizeObserver(([{ contentRect }]) => {
      this.figure.size = [Math.round(contentRect.width), Math.round(contentRect.height)];
      if (this.data) this.drawing.request();
    });
    this.sizes.observe(this.figure.host);
  }

  receive(data) {
    this.data = data;
    this.root.classList.toggle("esl-tall", data.tall);
    name(this.figure.host, data.alt);
    this.drawing.request();
  }

  async draw() {
    const library = await plotly();
    if (!this.drawing.closed) await this.figure.draw(library, this.data.figure, readTheme(this.root));
    counted(this.root, "drawn");
  }

  close() {
    this.drawing.close();
    this.sizes.disconnect();
    this.figure.remove();
    this.root.remove();
  }
}
