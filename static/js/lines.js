// The lines of a page's tables: found as one types, followed, drawn where they are in sight.
//
// The document holds the first lines, the address in data-lines gives all of them when they are
// needed (timing/pages/line_data.py says how). `live.js` hands over what the stream brings.

import { asked, filterOf, plain } from "./finding.js";
import { broughtAlong, followed } from "./following.js";
import { Windowed } from "./windows.js";

const WASH_MS = 6000;          // a changed line returning to rest (--fade)
const SLIDE_MS = 400;          // --calm
const ADDRESS_AFTER_MS = 300;  // of the last key
const SAME = "\x7f";
const LINE = "line-";
const BLANK = "#";            // in words of the page: what is filled in here

const part = document.querySelector("[data-lines]");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const sheets = part ? [...part.querySelectorAll("[data-sheet]")].map(sheetOf) : [];
const bodies = sheets.flatMap((sheet) => sheet.bodies);
const form = part?.querySelector("[data-filters]");
const star = part?.querySelector("template[data-star]");
const follows = followed(part ? new URL(part.dataset.lines, location.href).pathname
  .match(/\/races\/([^/]+)\//)[1] : "");

/** Lines by id: `raw` as they came with all others, or `html` newer than that, or a `row`. */
const store = new Map();
let loading = null;
let isLoaded = false;
let onlyFollowed = false;
let takes = null;             // the filter, null where every line is shown

function sheetOf(table) {
  const made = { table, bodies: [], pinned: table.querySelector("[data-pinned]") };
  made.bodies = [...table.querySelectorAll("tbody[data-virtual]")].map((body) => {
    const windowed = new Windowed(body, {
      isKnown: (id) => store.has(id),
      rowOf,
      dress,
      missing: () => load(),
      more: () => soon(),
    });
    return { body, windowed, sheet: made, all: null, next: null, ordered: null };
  });
  return made;
}

function start() {
  for (const one of bodies) {
    const ids = [...one.windowed.rows.keys()];
    for (const [id, row] of one.windowed.rows) store.set(id, { id, row });
    ids.length = Number(one.body.dataset.virtual);  // the others are not known yet
    one.windowed.ids = ids;
  }
  follows.add(broughtAlong());
  follows.onChange(() => { showFollows(); if (onlyFollowed) show(); });
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", () => {
    for (const { windowed } of bodies) windowed.forgetHeights();
    soon();
  });
  part.addEventListener("focusin", draw);  // before the next key
  part.addEventListener("click", onClick);
  startForm();
  // What is in the document is laid out first, which is not waited for here.
  requestAnimationFrame(() => setTimeout(() => { showFollows(); draw(); }));
}

// All lines ------------------------------------------------------------------------------

/** Asks for all lines, once. */
function load() {
  loading ??= fetchLines()
    .then((lines) => { for (const id of fill(lines)) redraw(id); })
    .catch(() => { loading = null; });  // no network: the next need asks again
  return loading;
}

async function fetchLines() {
  const answer = await fetch(part.dataset.lines, { cache: "no-cache" });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

/** Takes all lines as the server has them; says which of those known before are different. */
function fill({ revision, shapes: shaped, keys, tables }) {
  const changed = [];
  const shapes = shaped.map((shape) => shape.split("\t"));
  // The document's own lines are the same, unless something happened since it was made.
  const isSame = revision === Number(part.dataset.revision);
  for (const one of bodies) {
    const ids = [];
    for (const raw of tables[one.body.id] ?? []) {
      const [shape, key, bib, name, text] = raw.split("\t", 5);
      const id = text.replace(SAME, bib);
      const before = store.get(id);
      ids.push(id);
      const line = { id, raw, pieces: shapes[shape], keys: keys[key] };
      line.bib = unescaped(bib);
      line.name = unescaped(name);
      if (before?.revision > revision) {
        line.html = before.html;
        line.revision = before.revision;
      } else if (before && !isSame && !sameHtml(before, htmlOf(line))) {
        changed.push(id);
      }
      store.set(id, line);
    }
    const isOlder = one.ordered?.revision > revision;
    one.all = isOlder ? one.ordered.ids.filter((id) => store.has(id)) : ids;
  }
  isLoaded = true;
  sieve();
  return changed;
}

/** Brings everything up to date by asking for all lines anew: where there is no stream. */
export async function refresh() {
  if (!isLoaded) {
    await load();
    return;
  }
  const before = places();
  for (const id of fill(await fetchLines())) redraw(id);
  arrange(before);
}

function htmlOf(line) {
  if (line.html !== undefined) return line.html;
  const [, , bib, name, ...texts] = line.raw.split("\t");
  const { pieces } = line;
  let html = pieces[0];
  for (const [nth, text] of texts.entries()) {
    html += text.replace(SAME + SAME, () => name).replace(SAME, () => bib) + pieces[nth + 1];
  }
  return html;
}

const parser = document.createElement("template");

/** The row of a line, or null where it is not known yet. */
function rowOf(id) {
  const line = store.get(id);
  if (!line) return null;
  if (line.raw === undefined && line.html === undefined) return line.row;
  parser.innerHTML = htmlOf(line);
  return parser.content.firstElementChild;
}

function unescaped(text) {
  if (!text.includes("&")) return text;
  parser.innerHTML = text;
  return parser.content.textContent;
}

// What the stream brings ------------------------------------------------------------------

/**
 * Takes for a table body a change `{html: {id: row's HTML}, order, revision}`; says whether
 * anything is different. `order` has the body's ids, or those of each body by its id.
 */
export function take(body, { html = {}, order = {}, revision = Infinity }) {
  const one = bodies.find((other) => other.body === body);
  if (!one) return false;
  let different = false;
  const before = places();
  for (const [id, text] of Object.entries(html)) {
    if (!id.startsWith(LINE)) continue;
    const line = store.get(id);
    if (line && sameHtml(line, text)) continue;
    store.set(id, { ...line, id, html: text, revision, row: undefined });
    if (line && redraw(id)) different = true;
  }
  const ids = Array.isArray(order) ? order : order[body.id];
  if (ids) {
    one.ordered = { ids, revision };
    different = true;
    if (isLoaded) {
      one.all = ids;
      if (ids.some((id) => store.get(id)?.keys === undefined)) reload();
    } else if (takes || onlyFollowed) {
      load();
    } else {
      one.next = ids;
    }
    whenLetGo(before);
  }
  if (different) showPinned();
  return different;
}

/** Somebody is new here: what the filters look at comes with all lines only. */
function reload() {
  isLoaded = false;
  loading = null;
  load();
}

function sameHtml(line, text) {
  if (line.html !== undefined || line.raw !== undefined) return htmlOf(line) === text;
  parser.innerHTML = text;
  return bare(line.row).isEqualNode(parser.content.firstElementChild);
}

/** A row as the server made it, without what this script added, its clocks in race time. */
function bare(row) {
  const copy = row.cloneNode(true);
  copy.querySelector(".star")?.remove();
  for (const time of copy.querySelectorAll("time[data-race]")) {
    time.textContent = time.dataset.race;
    delete time.dataset.race;
  }
  copy.removeAttribute("aria-rowindex");
  copy.classList.remove("changed", "ten", "follow");
  if (!copy.className) copy.removeAttribute("class");
  return copy;
}

function redraw(id) {
  let row = null;
  for (const { windowed } of bodies) row = windowed.redraw(id) ?? row;
  if (row) wash(row);
  return row;
}

function wash(row) {
  row.classList.add("changed");
  setTimeout(() => row.classList.remove("changed"), WASH_MS);
}

let pressed = null;
addEventListener("pointerdown", (event) => { pressed = event.target; }, { passive: true });
addEventListener("pointerup", () => { pressed = null; }, { passive: true });
addEventListener("pointercancel", () => { pressed = null; }, { passive: true });

/** Whether a line is under a finger or the focus: then none moves. */
function isHeld() {
  return [pressed, document.activeElement].some(
    (element) => element?.closest?.("tbody") && part.contains(element),
  );
}

let looking = null;

/** Puts the lines in their new order, as soon as none of them is held. */
function whenLetGo(before) {
  if (!isHeld()) {
    arrange(before);
    return;
  }
  looking ??= setInterval(() => {
    if (isHeld()) return;
    clearInterval(looking);
    looking = null;
    arrange(places());
  }, 500);
}

function arrange(before) {
  sieve();
  slide(before);
}

/** Where the lines in sight stand, to slide them from there. */
function places() {
  const found = new Map();
  if (still.matches) return found;
  for (const { windowed } of bodies) {
    for (const [id, row] of windowed.rows) {
      const { top, bottom } = row.getBoundingClientRect();
      if (bottom > 0 && top < innerHeight) found.set(id, top);
    }
  }
  return found;
}

function slide(before) {
  const moved = [];
  for (const [id, top] of before) {
    const row = document.getElementById(id);
    const shift = row ? top - row.getBoundingClientRect().top : 0;
    if (shift && Math.abs(shift) < 2 * innerHeight) moved.push([row, shift]);
  }
  for (const [row, shift] of moved) {
    row.animate(
      [{ transform: `translateY(${shift}px)` }, { transform: "none" }],
      { duration: SLIDE_MS, easing: "cubic-bezier(.2, .7, .2, 1)" },
    );
  }
}

// What is shown ----------------------------------------------------------------------------

/** Which lines are shown, by filter and those followed; then draws them. */
function sieve() {
  const isNew = (line) => line.found ??= plain(line.name);
  for (const one of bodies) {
    if (one.all === null) {
      one.windowed.ids = one.next ?? one.windowed.ids;
      continue;
    }
    one.windowed.ids = takes || onlyFollowed
      ? one.all.filter((id) => {
        const line = store.get(id);
        if (onlyFollowed && !follows.has(id.slice(LINE.length))) return false;
        if (!takes) return true;
        if (line?.keys === undefined) return false;
        isNew(line);
        return takes(line);
      })
      : one.all;
  }
  for (const sheet of sheets) {
    let first = 2;
    for (const { body, windowed } of sheet.bodies) {
      windowed.first = first;
      first += windowed.ids.length;
      const parting = body.previousElementSibling;
      if (parting?.matches(".parting")) parting.hidden = windowed.ids.length === 0;
    }
    sheet.table.setAttribute("aria-rowcount", first - 1);
    const nobody = sheet.table.querySelector("[data-nobody]");
    nobody.hidden = first > 2;
    if (takes || onlyFollowed) nobody.querySelector(".over").textContent = nobody.dataset.words;
  }
  draw();
  count();
  showPinned();
}

let drawing = 0;
function soon() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    // Nothing is put where a finger is about to let go.
    if (pressed) soon();
    else draw();
  });
}

function draw() {
  for (const { windowed } of bodies) windowed.look();
  for (const { body, windowed } of bodies) {
    windowed.draw();
    const parting = body.previousElementSibling;
    if (parting?.matches(".parting")) parting.hidden = windowed.ids.length === 0;
  }
}

const figures = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`);

function count() {
  const place = part.querySelector("[data-count]");
  if (!place) return;
  const shown = bodies.reduce((sum, { windowed }) => sum + windowed.ids.length, 0);
  const isPart = takes !== null || onlyFollowed;
  place.querySelector("[data-said]").textContent = isPart
    ? place.dataset.some.replace(BLANK, figures.format(shown))
    : place.dataset.every;
  place.querySelector("[data-clear]").hidden = takes === null;
}

// The filters ------------------------------------------------------------------------------

function startForm() {
  if (!form) return;
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  form.addEventListener("input", onInput);
  form.addEventListener("focusin", () => load());
  part.querySelector("[data-clear]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const field of form.querySelectorAll("select, input[type=search]")) field.value = "";
    show();
    form.elements.q.focus();
  });
  // A page that comes back may have kept what was typed, or what it was left with.
  const here = new URLSearchParams(location.search);
  const wanted = asked(form);
  takes = Object.keys(wanted).length ? filterOf(wanted) : null;
  const isOther = ["q", "division", "category", "team", "nation"].some(
    (name) => (wanted[name] ?? "") !== (here.get(name) ?? "").trim(),
  );
  if (isOther) show();
  byInterval();
}

function onInput(event) {
  if (event.target.name === "show") byInterval();
  else if (event.target.name) show();
  keepInAddress();
}

/** Shows what the form asks, once all lines are here. */
async function show() {
  const wanted = asked(form);
  takes = Object.keys(wanted).length ? filterOf(wanted) : null;
  keepInAddress();
  if (isLoaded) {
    sieve();
    return;
  }
  for (const { table } of sheets) table.setAttribute("aria-busy", "true");
  await load();
  for (const { table } of sheets) table.removeAttribute("aria-busy");
}

function byInterval() {
  const isInterval = form.elements.show?.value === "interval";
  for (const { table } of sheets) table.classList.toggle("by-interval", isInterval);
}

let addressing = null;

/** The address asks for what is shown, so that a link to it does; and ways from here do too. */
function keepInAddress() {
  clearTimeout(addressing);
  addressing = setTimeout(() => {
    const here = withFilters(location.href);
    if (here !== location.href) history.replaceState(history.state, "", here);
    const ways = ".moments a, [data-all], [data-to-print], .tongues a";
    for (const way of document.querySelectorAll(ways)) way.href = withFilters(way.href);
    showFollows();
  }, ADDRESS_AFTER_MS);
}

function withFilters(href) {
  const address = new URL(href);
  const wanted = asked(form);
  if (form.elements.show?.value === "interval") wanted.show = "interval";
  for (const name of ["q", "division", "category", "team", "nation"]) {
    if (wanted[name]) address.searchParams.set(name, wanted[name]);
    else address.searchParams.delete(name);
  }
  const shown = address.searchParams.get("show");
  if (wanted.show && shown !== "projected") address.searchParams.set("show", wanted.show);
  else if (shown === "interval") address.searchParams.delete("show");
  return address.href;
}

// Those followed ---------------------------------------------------------------------------

function dress(row) {
  const id = (row.id || row.dataset.of).slice(LINE.length);
  const cell = row.querySelector(".fv");
  if (!cell.firstChild) {
    const made = star.content.firstElementChild.cloneNode(true);
    const name = row.querySelector("th bdi").textContent;
    made.setAttribute("aria-label", made.getAttribute("aria-label").replace(BLANK, () => name));
    cell.append(made);
  }
  const isFollowed = follows.has(id);
  row.classList.toggle("follow", isFollowed);
  cell.firstChild.setAttribute("aria-pressed", String(isFollowed));
}

function onClick(event) {
  const pressedStar = event.target.closest(".star");
  if (pressedStar) {
    onStar(pressedStar.closest("tr"));
    return;
  }
  const button = event.target.closest("[data-follows]");
  if (button) {
    onlyFollowed = !onlyFollowed;
    button.setAttribute("aria-pressed", String(onlyFollowed));
    show();
  }
  const link = event.target.closest("[data-share]");
  if (link) share(event, link);
}

function onStar(row) {
  const id = row.id || row.dataset.of;
  const { top } = row.getBoundingClientRect();
  follows.toggle(id.slice(LINE.length));
  // The line stays under the finger although one more, or one less, is pinned above it.
  const now = row.isConnected ? row : document.getElementById(id);
  if (row.isConnected) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
  else now?.querySelector(".star")?.focus({ preventScroll: true });
}

function showFollows() {
  for (const { windowed } of bodies) for (const row of windowed.rows.values()) {
    if (row.querySelector(".star")) dress(row);
  }
  const button = part.querySelector("[data-follows]");
  if (button) {
    const number = figures.format(follows.size);
    button.querySelector("[data-label]").textContent =
      button.dataset.words.replace(BLANK, number);
    button.querySelector("[data-number]").textContent = number;
  }
  for (const link of part.querySelectorAll("[data-share]")) link.href = follows.link();
  showPinned();
}

/** The lines of those followed, again, above each table that has them. */
function showPinned() {
  const wanted = follows.ids().map((id) => LINE + id);
  if (!isLoaded && wanted.some((id) => !store.has(id))) {
    load();
    return;
  }
  for (const sheet of sheets) {
    if (!sheet.pinned) continue;
    const ids = wanted.length
      ? sheet.bodies.flatMap(({ all, windowed }) => all ?? windowed.ids)
        .filter((id) => id !== undefined && follows.has(id.slice(LINE.length)))
      : [];
    pin(sheet.pinned, ids);
  }
}

function pin(body, ids) {
  body.hidden = ids.length === 0;
  const known = new Map();
  for (const row of [...body.rows].slice(1)) known.set(row.dataset.of, row);
  let last = body.rows[0];
  for (const id of ids) {
    const made = rowOf(id);
    const row = made === store.get(id).row ? bare(made) : made;
    row.removeAttribute("id");
    row.dataset.of = id;
    row.classList.toggle("pin", true);
    const before = known.get(id);
    known.delete(id);
    const isSame = before && before.dataset.html === row.innerHTML;
    const shown = isSame ? before : row;
    if (!isSame) row.dataset.html = row.innerHTML;
    dress(shown);
    if (before && !isSame) {
      before.replaceWith(shown);
      wash(shown);
    }
    if (last.nextElementSibling !== shown) last.after(shown);
    last = shown;
  }
  for (const row of known.values()) row.remove();
}

async function share(event, link) {
  const place = link.parentElement.querySelector("[data-shared]");
  if (navigator.share === undefined && navigator.clipboard === undefined) return;
  event.preventDefault();
  try {
    if (navigator.share !== undefined) {
      await navigator.share({ url: link.href });
      return;
    }
    await navigator.clipboard.writeText(link.href);
    place.textContent = place.dataset.words;
  } catch {
    location.assign(link.href); // then the address bar has it
  }
}

// On paper ---------------------------------------------------------------------------------

function startPrinting() {
  const button = document.querySelector("[data-print]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => print());
  if (location.hash === "#print") {
    history.replaceState(history.state, "", location.pathname + location.search);
    document.fonts.ready.then(() => print());
  }
}

if (bodies.length) start();
startPrinting();
