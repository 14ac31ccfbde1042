/** @file A chart: one figure by itself. */

import { component } from "./component.js";
import { countDrawing, make, name } from "./dom.js";
import { Figure } from "./figure.js";
import { Latest } from "./latest.js";
import { pageStyles } from "./styles.js";
import { readTheme } from "./theme.js";
import { unpack } from "./unpack.js";

await pageStyles();

export const mount = component(
  (root) => new Chart(root),
  (chart, { data }) => chart.receive(unpack(data)),
);

class Chart {
  constructor(root) {
    this.root = make("div", "esl-chart", root);
    this.figure = new Figure(this.root, "esl-lines");
    this.drawing = new Latest(() => this.draw());
    this.figure.onresize = () => this.data && this.drawing.request();
  }

  receive(data) {
    this.data = data;
    this.root.classList.toggle("esl-tall", data.tall);
    name(this.figure.host, data.alt);
    this.drawing.request();
  }

  async draw() {
    await this.figure.draw(this.data.figure, readTheme(this.root));
    countDrawing(this.root, "drawn");
  }

  close() {
    this.drawing.close();
    this.figure.remove();
    this.root.remove();
  }
}
