// Draws every chart of a page, and again when the live stream brings other figures.
//
// A chart is <figure data-chart="id"> with its figures beside it, in <script data-of="id">. The
// stream replaces both at once; what was drawn moves into the new figure at once and takes the new
// figures in a moment, at most every few seconds.

import { LineChart } from "./line_chart.js";

const REDRAW_EVERY_MS = 3000;

const drawn = new Map(); // of each id: the chart, when it was drawn, the timer that waits

function look() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const id = figure.dataset.chart;
    const known = drawn.get(id);
    if (known?.figure === figure) continue;
    const text = document.querySelector(`script[data-of="${id}"]`)?.textContent;
    if (!text) continue;
    if (!known) {
      drawn.set(id, { figure, chart: new LineChart(figure, JSON.parse(text)), at: Date.now() });
      continue;
    }
    known.figure = figure;
    known.chart.moveInto(figure);
    known.text = text;
    known.timer ??= setTimeout(() => {
      known.timer = null;
      known.at = Date.now();
      known.chart.take(JSON.parse(known.text));
    }, Math.max(0, known.at + REDRAW_EVERY_MS - Date.now()));
  }
}

look();
new MutationObserver(look).observe(document.querySelector("main"), { childList: true, subtree: true });
for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
  matchMedia(query).addEventListener("change", () => {
    for (const { chart } of drawn.values()) chart.draw();
  });
}
