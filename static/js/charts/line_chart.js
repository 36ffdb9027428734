// A chart of lines, drawn by uPlot, with names at the ends of lines that are links and can be
// focused. Colours come from the page's tokens; lines differ by weight and dash all the same.
//
// Data: {kind, x, labels, heads, lines: [{bib, name, url, end, mark, y, texts, road}]}, as
// timing/pages/line_charts.py makes it. Nothing here is in any language.

// By mark: 0 for the many, then those that stand out. Documented in docs/charts.md.
export const MARKS = [
  { width: 1.25, dash: [] },
  { width: 4, dash: [] },
  { width: 3, dash: [12, 5] },
  { width: 3, dash: [3, 4] },
  { width: 3, dash: [14, 4, 3, 4] },
  { width: 2.25, dash: [] },
  { width: 2.25, dash: [7, 4] },
  { width: 2.25, dash: [14, 4, 3, 4, 3, 4] },
  { width: 2.25, dash: [2, 6] },
];
const ROAD_DASH = [1.5, 4.5];
const LABEL_HEIGHT = 18;
const ROW_HEIGHT = 26;
const GAP_HEIGHT = 380;
const PACE_HEIGHT = 320;
const NARROW = 560;

export class LineChart {
  constructor(figure, data) {
    this.figure = figure;
    this.data = data;
    this.root = document.createElement("div");
    this.root.className = "chartdrawn";
    figure.append(this.root);
    this.sized = new ResizeObserver(() => {
      if (Math.round(this.root.clientWidth) !== this.width) this.draw();
    });
    this.draw();
    this.sized.observe(this.root);
  }

  /** The same chart, in another figure. */
  moveInto(figure) {
    figure.style.minHeight = `${this.root.offsetHeight}px`;
    figure.append(this.root);
    this.figure = figure;
  }

  /** Other figures. */
  take(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const { data, root } = this;
    this.width = Math.round(root.clientWidth);
    if (!this.width) return;
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset.line : null;
    this.plot?.destroy();
    root.replaceChildren();
    const look = lookOf(root);
    const isNarrow = this.width < NARROW;
    const room = isNarrow ? Math.min(132, Math.round(this.width * 0.37)) : 190;
    this.order = orderOf(data);
    const series = this.order.flatMap((nth) => this.seriesOf(data.lines[nth], nth, look));
    const columns = [data.x];
    for (const nth of this.order) columns.push(...parted(data.lines[nth], data.kind));
    this.plot = new uPlot({
      width: this.width,
      height: heightOf(data),
      padding: [10, room, 4, data.kind === "places" ? (isNarrow ? 16 : 40) : 2],
      legend: { show: false },
      cursor: { show: true, x: false, y: false, points: { show: false }, drag: { x: false, y: false, setScale: false }, focus: { prox: 14 } },
      focus: { alpha: 0.25 },
      scales: {
        x: { time: false, range: (_, low, high) => [low, high] },
        y: { dir: -1, range: (_, low, high) => rangeOf(data.kind, low, high) },
      },
      series: [{}, ...series],
      bands: data.kind === "paces" ? [{ series: [3, 1], fill: look.wash, dir: 0 }] : [],
      axes: this.axes(look),
      hooks: {
        setSeries: [(_, nth) => this.mark(nth === null ? null : this.order[Math.floor((nth - 1) / 2)])],
        ready: [(plot) => this.name(plot, room, isNarrow, focused)],
        draw: [(plot) => { for (const end of endsOf(plot, data)) leader(plot, end, look); }],
      },
    }, columns, root);
    root.querySelector(".uplot").setAttribute("aria-hidden", "true");
  }

  /** A line in two: what is settled, and its last part while that is on the road. */
  seriesOf(line, nth, look) {
    const isPace = this.data.kind === "paces";
    const mark = MARKS[line.mark] ?? MARKS[0];
    const isMiddle = isPace && nth === 1;
    const stroke = isMiddle ? look.ink2 : line.mark === 0 ? look.many : line.mark === 1 ? look.course : look.ink;
    const width = isMiddle ? 2 : mark.width;
    const dash = isMiddle ? [6, 4] : mark.dash;
    const paths = isPace ? uPlot.paths.stepped({ align: -1 }) : this.data.kind === "places" ? uPlot.paths.spline() : uPlot.paths.linear();
    const points = { show: !isPace, size: line.mark ? 9 : 6, width: 1.5, stroke, fill: stroke };
    return [
      { scale: "y", stroke, width, dash, paths, points, spanGaps: false, label: line.name },
      { scale: "y", stroke, width, dash: ROAD_DASH, paths, points: { ...points, fill: look.sheet }, spanGaps: false, label: line.name },
    ];
  }

  axes(look) {
    const { data } = this;
    const font = look.font;
    const isPlaces = data.kind === "places";
    const few = data.x.length <= 12 || isPlaces;
    const texts = this.width / data.x.length > 120 ? data.heads : data.labels;
    return [
      {
        scale: "x", side: 0, stroke: look.ink2, font, size: 30, gap: 4,
        grid: { stroke: look.line, width: 1 }, ticks: { show: false },
        splits: () => few ? data.x : data.x.filter((_, n) => n % Math.ceil(data.x.length / 12) === 0),
        values: (plot, splits) => spaced(plot, splits).map((at) => at === null ? "" : texts[data.x.indexOf(at)]),
      },
      {
        scale: "y", show: !isPlaces, side: 3, stroke: look.ink2, font, size: 56, gap: 6,
        grid: { stroke: look.line, width: 1, dash: [2, 3] }, ticks: { show: false },
        incrs: data.kind === "counts" ? undefined : DURATIONS, space: 40,
        values: (_, splits) => splits.map((at) => at < 0 ? "" : data.kind === "counts" ? String(at) : duration(at)),
      },
    ];
  }

  /** Names at the ends of lines, moved apart where they would meet. */
  name(plot, room, isNarrow, focused) {
    const { data, root } = this;
    const list = document.createElement("ol");
    list.className = "chartnames";
    const over = plot.over;
    const top = over.offsetTop;
    for (const { line, nth, y } of endsOf(plot, data)) {
      const item = document.createElement("li");
      const name = document.createElement(line.url ? "a" : "span");
      if (line.url) name.href = line.url;
      name.dataset.line = nth;
      name.className = `name mark-${Math.min(line.mark, 2)}`;
      const end = document.createElement("b");
      end.textContent = line.end;
      const who = document.createElement("bdi");
      who.textContent = isNarrow && line.bib ? shortened(line.name) : line.name;
      name.title = [line.name, ...line.texts.map((text, n) => text && `${data.labels.at(n - line.texts.length)} ${text}`).filter(Boolean)].join(" · ");
      name.append(end, " ", who);
      name.addEventListener("focus", () => this.highlight(nth));
      name.addEventListener("blur", () => this.highlight(null));
      name.addEventListener("pointerenter", () => this.highlight(nth));
      name.addEventListener("pointerleave", () => this.highlight(null));
      item.append(name);
      item.style.insetBlockStart = `${top + y - LABEL_HEIGHT / 2}px`;
      item.style.left = `${over.offsetLeft + over.clientWidth + 10}px`;
      item.style.width = `${room - 12}px`;
      list.append(item);
    }
    root.append(list);
    if (focused !== null) list.querySelector(`[data-line="${focused}"]`)?.focus({ preventScroll: true });
  }

  highlight(nth) {
    this.plot.setSeries(nth === null ? null : 2 * this.order.indexOf(nth) + 1, { focus: true });
  }

  mark(nth) {
    for (const name of this.root.querySelectorAll(".name")) {
      name.classList.toggle("is-lit", nth !== null && Number(name.dataset.line) === nth);
    }
  }
}

const MINUTE = 60_000;
const DURATIONS = [1, 2, 5, 10, 15, 30].map((s) => s * 1000)
  .concat([1, 2, 5, 10, 15, 20, 30].map((m) => m * MINUTE))
  .concat([1, 2, 3, 4, 6, 12, 24, 48].map((h) => h * 60 * MINUTE));

/** 1:02:30 or 5:39, as the table has it. */
function duration(ms) {
  const seconds = Math.round(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** In which order lines are drawn: those that stand out over the others, the first above all. */
function orderOf({ kind, lines }) {
  if (kind === "paces") return [0, 2, 1, 3]; // both ends of the band, the middle, the runner
  const rank = (nth) => (lines[nth].mark === 0 ? Infinity : lines[nth].mark);
  return [...lines.keys()].sort((a, b) => (rank(a) === rank(b) ? a - b : rank(b) - rank(a)));
}

function parted(line, kind) {
  // A leg's pace holds from its beginning.
  if (kind === "paces") return [[line.y[1], ...line.y.slice(1)], line.y.map(() => null)];
  if (!line.road) return [line.y, line.y.map(() => null)];
  const last = line.y.findLastIndex((y) => y !== null);
  const before = line.y.slice(0, last).findLastIndex((y) => y !== null);
  return [
    line.y.map((y, n) => (n < last ? y : null)),
    line.y.map((y, n) => (n === last || n === before ? y : null)),
  ];
}

function heightOf(data) {
  if (data.kind === "places") return 44 + ROW_HEIGHT * Math.max(3, data.lines.length);
  return data.kind === "paces" ? PACE_HEIGHT : Math.max(GAP_HEIGHT, 60 + LABEL_HEIGHT * data.lines.length);
}

function rangeOf(kind, low, high) {
  if (kind === "places") return [0.5, (high ?? 1) + 0.5];
  if (kind === "paces") return [(low ?? 0) * 0.94, (high ?? 1) * 1.06];
  const most = Math.max(1, high ?? 1);
  return [-most * 0.04, most * 1.04];
}

/** Positions that leave each label its room; null for those that would run into the one before. */
function spaced(plot, splits) {
  let last = -Infinity;
  return splits.map((at) => {
    const x = plot.valToPos(at, "x");
    if (x - last < 34) return null;
    last = x;
    return at;
  });
}

/** Where each line ends, and where its name stands: moved apart, best first. */
function endsOf(plot, data) {
  const ends = [];
  for (const [nth, line] of data.lines.entries()) {
    const last = line.y.findLastIndex((y) => y !== null);
    if (last < 0) continue;
    ends.push({ line, nth, at: plot.valToPos(line.y[last], "y"), x: plot.valToPos(data.x[last], "x") });
  }
  ends.sort((a, b) => a.at - b.at || a.nth - b.nth);
  place(ends, plot.over.clientHeight);
  return ends;
}

/** Moves labels apart from the top, then back up where they ran out of the foot. */
function place(ends, height) {
  let free = 0;
  for (const end of ends) {
    end.y = Math.max(end.at, free + LABEL_HEIGHT / 2);
    free = end.y + LABEL_HEIGHT / 2;
  }
  let limit = Math.max(height, ends.length * LABEL_HEIGHT);
  for (const end of [...ends].reverse()) {
    end.y = Math.min(end.y, limit - LABEL_HEIGHT / 2);
    limit = end.y - LABEL_HEIGHT / 2;
  }
}

/** A hairline from a line's end to its name, where that stands elsewhere. */
function leader(plot, { x, at, y }, look) {
  const { left, top, width } = plot.bbox;
  const ratio = devicePixelRatio;
  const end = left + width;
  const from = left + x * ratio;
  if (Math.abs(y - at) <= 3 && end - from <= 4 * ratio) return;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = look.line2;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  ctx.moveTo(from + 5 * ratio, top + at * ratio);
  ctx.lineTo(Math.max(from + 5 * ratio, end), top + at * ratio);
  ctx.lineTo(end + 8 * ratio, top + y * ratio);
  ctx.stroke();
  ctx.restore();
}

function shortened(name) {
  const parts = name.split(" ");
  return parts.length > 1 ? `${[...parts[0]][0]}. ${parts.slice(1).join(" ")}` : name;
}

function lookOf(element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: token("ink"), ink2: token("ink-2"), line: token("line"), line2: token("line-2"),
    many: token("line-2"), course: token("course"), wash: token("relief-wash"), sheet: token("sheet"),
    font: `13px ${style.fontFamily}`,
  };
}
