// Draws of a long table body only the lines near what is in sight; blank rows stand for the others.
//
// A body knows its lines by id, in order; `rowOf(id)` makes a line's row. Rows keep the height they
// were seen with, the others are guessed from those. The line with the focus and its neighbours
// are always drawn, so that keyboards find the next one.

const FEW = 150;              // so many are simply all drawn: then the browser's own search has them
const AHEAD_PX = 600;         // drawn before they are in sight
const A_FRAME_MS = 4;         // for new rows: a slow phone still answers the finger
const AT_LEAST = 2;           // of them, however slow it is
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
    this.usual = null;
    this.count = -1;
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
    this.usual = null;
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

  /** Looks what is in sight: for all bodies of a page first, then each is drawn. */
  look() {
    this._measure();
    this.view = this._wanted();
  }

  draw() {
    const { ids } = this;
    const drawn = this._drawn(this.view);
    const placed = [...this.rows];  // in the order they were placed in
    const isSame = drawn.length === placed.length && this.count === ids.length
      && drawn.every(([nth, row], at) => placed[at][0] === ids[nth] && placed[at][1] === row);
    if (isSame) return;
    this.count = ids.length;
    const nodes = [];
    let next = 0;
    for (const [nth, row] of drawn) {
      this._space(nodes, next, nth);
      nodes.push([row, ids[nth]]);
      next = nth + 1;
    }
    this._space(nodes, next, ids.length);
    this._place(nodes);
    this.body.classList.remove("tens");
  }

  /** Of the lines wanted those to draw now, with their rows: some new ones at a time. */
  _drawn({ runs, from, to, near }) {
    const wanted = [];
    for (const [first, last] of runs) {
      for (let nth = first; nth < last; nth += 1) wanted.push(nth);
    }
    // What the next key needs comes first, whatever it takes; then what is in sight.
    const isNear = (nth) => nth >= near[0] && nth < near[1];
    const order = (nth) => (isNear(nth) ? 0 : nth >= from && nth < to ? 1 : 2);
    wanted.sort((one, other) => order(one) - order(other) || one - other);
    const until = performance.now() + A_FRAME_MS;
    const found = [];
    let made = 0;
    let isLate = false;
    for (const nth of wanted) {
      const id = this.ids[nth];
      let row = this.rows.get(id);
      if (!row && (id === undefined || !this.isKnown(id))) {
        this.missing();
        continue;
      }
      isLate ||= !isNear(nth) && made >= AT_LEAST && performance.now() > until;
      if (!row && isLate) continue;
      row ??= this.rowOf(id);
      if (!isLate && this._dress(row, nth)) made += 1;
      found.push([nth, row]);
    }
    if (isLate) this.more();
    return found.sort(([one], [other]) => one - other);
  }

  /** Gives a row what only this document knows; says whether it had not got it. */
  _dress(row, nth) {
    if (this.places.get(row) === this.first + nth) return false;
    this.places.set(row, this.first + nth);
    row.setAttribute("aria-rowindex", this.first + nth);
    row.classList.toggle("ten", nth % 10 === 9);
    this.dress(row);
    return true;
  }

  _measure() {
    // What is seen after the last drawing; so the page is laid out once, not for each line.
    for (const [id, row] of this.rows) {
      if (!this.heights.has(id) && row.isConnected) this.heights.set(id, row.offsetHeight);
    }
    // Guessed once: what is guessed anew would move what is in sight.
    if (!this.usual && this.heights.size) {
      let sum = 0;
      for (const height of this.heights.values()) sum += height;
      this.usual = sum / this.heights.size;
    }
    const usual = this.usual ?? GUESSED_PX;
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
    const near = this._nearFocus();
    if (length <= FEW) return { runs: [[0, length]], from, to, near };
    const [first, last] = this._between(-top - AHEAD_PX, innerHeight - top + AHEAD_PX);
    return { runs: joined([[first, last], near]), from, to, near };
  }

  /** The line with the focus and its neighbours. */
  _nearFocus() {
    const focused = document.activeElement?.closest("tr");
    const nth = focused && this.body.contains(focused) ? this.ids.indexOf(focused.id) : -1;
    if (nth < 0) return [0, 0];
    return [Math.max(0, nth - NEIGHBOURS), Math.min(this.ids.length, nth + NEIGHBOURS + 1)];
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
    if (from >= to) continue;
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
