// Draws of a long table body only the lines near what is in sight; blank rows stand for the others.
//
// A body knows its lines by id, in order; `rowOf(id)` makes a line's row. Rows keep the height they
// were seen with, the others are guessed from those. The line with the focus and its neighbours
// are always drawn, so that keyboards find the next one.

const FEW = 150;              // so many are simply all drawn: then the browser's own search has them
const AHEAD_PX = 600;         // drawn before they are in sight
const AT_ONCE = 8;            // new rows a frame: a slow phone still answers the finger
const NEIGHBOURS = 4;
const GUESSED_PX = 50;

export class Windowed {
  /** `first` is the row number of the body's first line; `dress` is told of each row drawn. */
  constructor(body, { isKnown, rowOf, dress, missing, more }) {
    this.body = body;
    this.isKnown = isKnown;
    this.rowOf = rowOf;
    this.dress = dress;
    this.missing = missing;
    this.more = more;
    this.ids = [];
    this.first = 2;
    this.drawn = -1;
    this.rows = new Map();
    this.heights = new Map();
    this.tops = [0];
    this.places = new WeakMap();
    for (const row of body.rows) {
      if (row.id) this.rows.set(row.id, row);
    }
  }

  /** Lines are no longer as high as they were. */
  forgetHeights() {
    this.heights.clear();
  }

  /** Draw again a line that changed, if it is drawn. */
  redraw(id) {
    const known = this.rows.get(id);
    if (!known) return null;
    const row = this.rowOf(id);
    this.rows.set(id, row);
    this._dress(row, this.ids.indexOf(id));
    replaceKeepingFocus(known, row);
    return row;
  }

  draw() {
    this._measure();
    const { ids } = this;
    const drawable = this._drawable(this._wanted());
    const isDrawn = drawable.length === this.rows.size
      && drawable.every((nth) => this.places.get(this.rows.get(ids[nth])) === this.first + nth);
    if (isDrawn && this.drawn === ids.length) return;
    this.drawn = ids.length;
    const nodes = [];
    let next = 0;
    for (const nth of drawable) {
      const id = ids[nth];
      const row = this.rows.get(id) ?? this.rowOf(id);
      this._space(nodes, next, nth);
      this._dress(row, nth);
      nodes.push([row, id]);
      next = nth + 1;
    }
    this._space(nodes, next, ids.length);
    this._place(nodes);
    this.body.classList.remove("tens");
  }

  /** Of the lines wanted those to draw now: all that are drawn already, and some new ones. */
  _drawable({ runs, from, to }) {
    const found = [];
    const fresh = [];
    for (const [first, last] of runs) {
      for (let nth = first; nth < last; nth += 1) {
        const id = this.ids[nth];
        if (this.rows.has(id)) found.push(nth);
        else if (id === undefined || !this.isKnown(id)) this.missing();
        else fresh.push(nth);
      }
    }
    if (fresh.length > AT_ONCE) {
      // What is in sight comes first.
      const isInSight = (nth) => nth >= from && nth < to;
      fresh.sort((one, other) => isInSight(other) - isInSight(one) || one - other);
      fresh.length = AT_ONCE;
      this.more();
    }
    return [...found, ...fresh].sort((one, other) => one - other);
  }

  _dress(row, nth) {
    if (this.places.get(row) === this.first + nth) return;
    this.places.set(row, this.first + nth);
    row.setAttribute("aria-rowindex", this.first + nth);
    row.classList.toggle("ten", nth % 10 === 9);
    this.dress(row);
  }

  _measure() {
    // What is seen after the last drawing; so the page is laid out once, not for each line.
    for (const [id, row] of this.rows) {
      if (!this.heights.has(id) && row.isConnected) this.heights.set(id, row.offsetHeight);
    }
    let sum = 0;
    for (const height of this.heights.values()) sum += height;
    const usual = this.heights.size ? sum / this.heights.size : GUESSED_PX;
    this.tops = new Float64Array(this.ids.length + 1);
    for (let nth = 0; nth < this.ids.length; nth += 1) {
      this.tops[nth + 1] = this.tops[nth] + (this.heights.get(this.ids[nth]) ?? usual);
    }
  }

  /** The runs of lines to draw, as pairs of indices, in order; and the lines in sight. */
  _wanted() {
    const { length } = this.ids;
    const { top } = this.body.getBoundingClientRect();
    const [from, to] = this._between(-top, innerHeight - top);
    if (length <= FEW) return { runs: [[0, length]], from, to };
    const [first, last] = this._between(-top - AHEAD_PX, innerHeight - top + AHEAD_PX);
    const runs = first < last ? [[first, last]] : [];
    const focused = document.activeElement?.closest("tr");
    if (focused && this.body.contains(focused)) {
      const nth = this.ids.indexOf(focused.id);
      if (nth >= 0) {
        runs.push([Math.max(0, nth - NEIGHBOURS), Math.min(length, nth + NEIGHBOURS + 1)]);
      }
    }
    return { runs: joined(runs), from, to };
  }

  /** The lines between two distances from the body's top. */
  _between(above, below) {
    const { tops } = this;
    let first = 0;
    while (first < this.ids.length && tops[first + 1] <= above) first += 1;
    let last = first;
    while (last < this.ids.length && tops[last] < below) last += 1;
    return [first, last];
  }

  _space(nodes, from, to) {
    if (from >= to) return;
    const row = document.createElement("tr");
    row.className = "space";
    row.setAttribute("aria-hidden", "true");
    row.insertCell();
    row.style.height = `${this.tops[to] - this.tops[from]}px`;
    nodes.push([row, null]);
  }

  _place(nodes) {
    const kept = new Set(nodes.map(([row]) => row));
    for (const row of [...this.body.rows]) {
      if (!kept.has(row)) row.remove();
    }
    let next = this.body.firstElementChild;
    this.rows.clear();
    for (const [row, id] of nodes) {
      if (id !== null) this.rows.set(id, row);
      if (row === next) next = next.nextElementSibling;
      else this.body.insertBefore(row, next);
    }
  }
}

function joined(runs) {
  runs.sort((one, other) => one[0] - other[0]);
  const found = [];
  for (const [from, to] of runs) {
    const before = found.at(-1);
    if (before && from <= before[1]) before[1] = Math.max(before[1], to);
    else found.push([from, to]);
  }
  return found;
}

function replaceKeepingFocus(known, row) {
  const focused = known.contains(document.activeElement) ? document.activeElement : null;
  known.replaceWith(row);
  if (focused) row.querySelector(focused.matches(".star") ? ".star" : "th a")
    ?.focus({ preventScroll: true });
}
