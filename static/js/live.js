// Keeps a page up to date: lines that changed are replaced, lines that moved slide, and who
// listens hears one polite summary now and then. Without a stream the page asks by itself.
// The page says when contact is lost, and since when. docs/live.md has the protocol.

const WASH_MS = 6000;          // a changed line returning to rest (--fade)
const SLIDE_MS = 400;          // --calm
const ANNOUNCE_EVERY_MS = 15000;
const POLL_EVERY_MS = 15000;
const TRIES_BEFORE_POLLING = 3;
const MOST_BETWEEN_TRIES_MS = 45000;
const HIDDEN_MS = 60000;       // a page that nobody sees listens no longer than this
const LATE_MS = 10000;         // without a stream for so long the page says so
const OLD_MS = 60000;          // a page opened so long ago may be of another life of the server
const QUIET_MS = 20 * 60000;   // nobody passed anywhere for so long: the stage is hardly live

const LINE = "line-";          // what ids of lines begin with

// The lines of long tables (tbody[data-virtual]) are their own script's: it takes them over.
const lines = document.querySelector("tbody[data-virtual]") ? await import("./lines.js") : null;
const still = matchMedia("(prefers-reduced-motion: reduce)");

for (const part of document.querySelectorAll("[data-live]")) follow(part);

function follow(part) {
  let revision = Number(part.dataset.revision);
  let epoch = "";              // the life of the server's database, once it has told
  let beatMs = 15000;
  let returnMs = 2000;         // within so long one comes back where all have to
  let failures = 0;
  let polling = null;
  let stream = null;
  let next = null;             // the timer of the next try
  let watchdog = null;
  let hiding = null;
  let turn = Promise.resolve();
  const announce = announcer(part.querySelector("[data-announce]"));
  const contact = contactMark(part);

  function take(change) {
    turn = turn.then(async () => {
      if (change.revision < revision) return;
      revision = change.revision;
      if (apply(part, change)) announce(change.summary);
      contact.look();
    });
  }

  function listen() {
    stop();
    const address = new URL(part.dataset.live, location.href);
    const known = epoch ? `${epoch}-${revision}` : performance.now() < OLD_MS ? revision : "";
    address.searchParams.set("revision", known);
    stream = new EventSource(address);
    const mine = stream;
    stream.addEventListener("open", () => { failures = 0; heard(); });
    stream.addEventListener("board", (event) => {
      heard();
      const change = JSON.parse(event.data);
      const other = epochOf(event.lastEventId);
      if (other !== epoch) {
        // Its numbers begin anew with the whole state, which is what it sends first.
        if (epoch) revision = 0;
        epoch = other;
      } else if (change.since > revision) {
        again(0);              // something between was not told
        return;
      }
      take(change);
    });
    stream.addEventListener("beat", (event) => {
      const told = JSON.parse(event.data);
      beatMs = told.every * 1000;
      returnMs = told.within * 1000;
      epoch = epochOf(event.lastEventId);
      turn = turn.then(() => { revision = Math.max(revision, told.revision); });
      heard();
    });
    stream.addEventListener("bye", (event) => {
      again(Math.random() * JSON.parse(event.data).within * 1000);
    });
    stream.addEventListener("error", () => {
      if (mine !== stream) return;
      failures += 1;
      const isRefused = stream.readyState === EventSource.CLOSED && navigator.onLine;
      if (isRefused || failures >= TRIES_BEFORE_POLLING) startPolling();
      const wait = Math.min(MOST_BETWEEN_TRIES_MS, returnMs * 2 ** (failures - 1));
      again(wait * (0.5 + Math.random()));
    });
    watch();
  }

  /** The server has said something: this page is as new as it gets. */
  function heard() {
    stopPolling();
    contact.made();
    watch();
  }

  /** A connection that says nothing for two beats is dead, whatever the system believes. */
  function watch() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => again(0), 2 * beatMs);
  }

  function stop() {
    clearTimeout(watchdog);
    clearTimeout(next);
    stream?.close();
    stream = null;
  }

  function again(after) {
    stop();
    contact.lost();
    next = setTimeout(listen, after);
  }

  function startPolling() {
    polling ??= setTimeout(poll, Math.random() * POLL_EVERY_MS);
  }

  function stopPolling() {
    clearTimeout(polling);
    polling = null;
  }

  async function poll() {
    try {
      // The ETag does the rest: an unchanged page is answered without its body.
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const other = page.querySelector("[data-live]");
        const life = epochOf((answer.headers.get("ETag") ?? "").replace(/^W\/"|-[^-]*$/g, ""));
        if (epoch && life && life !== epoch) { epoch = life; revision = 0; }
        if (other) take(changeBetween(part, other));
        await lines?.refresh();
        contact.asked();
      }
    } catch {
      // No network: the next round will tell.
    }
    if (polling !== null) polling = setTimeout(poll, POLL_EVERY_MS * (0.75 + Math.random() / 2));
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => { stop(); stopPolling(); contact.lost(); }, HIDDEN_MS);
    } else if (stream === null) {
      failures = 0;
      listen();
    }
  });
  addEventListener("online", () => { if (!document.hidden) { failures = 0; listen(); } });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  listen();
}

/** `3f9a-12` is revision 12 of the life `3f9a`. */
function epochOf(id) {
  return id.slice(0, Math.max(0, id.lastIndexOf("-")));
}

/** The mark of how old a page is: its words are in a template of the page. */
function contactMark(part) {
  const words = document.querySelector("template[data-contact]");
  let mark = null;
  let last = Date.now();
  let late = null;

  function show(state) {
    part.dataset.contact = state;
    mark?.remove();
    mark = null;
    const text = words?.content.querySelector(`[data-when=${state}]`);
    if (!text) return;
    mark = text.cloneNode(true);
    const time = mark.querySelector("time");
    if (time) time.textContent = clock(last, words.dataset.offset);
    part.append(mark);
  }

  function look() {
    if (part.dataset.contact === "late" || part.dataset.contact === "asking") return;
    const seen = Number(part.querySelector("[data-seen]")?.dataset.seen ?? NaN);
    const state = Date.now() - seen > QUIET_MS ? "quiet" : "current";
    if (part.dataset.contact !== state) show(state);
  }

  setInterval(look, 30000);
  return {
    look,
    made() {
      last = Date.now();
      clearTimeout(late);
      late = null;
      if (part.dataset.contact !== "current") { part.dataset.contact = ""; look(); }
    },
    lost() { late ??= setTimeout(() => show("late"), LATE_MS); },
    asked() {
      last = Date.now();
      clearTimeout(late);
      late = setTimeout(() => show("late"), 2 * POLL_EVERY_MS + LATE_MS);
      show("asking");
    },
  };
}

/** A clock of the race, or of the device where the race has none yet. */
function clock(at, offsetMinutes) {
  const offset = offsetMinutes === undefined ? -new Date(at).getTimezoneOffset() : Number(offsetMinutes);
  return new Date(at + offset * 60000).toISOString().slice(11, 19);
}

/** The change that makes `part` what `other`, a newer copy of the page, is. */
function changeBetween(part, other) {
  const html = {};
  const order = {};
  for (const body of other.querySelectorAll("tbody[id]:not([data-virtual])")) {
    order[body.id] = [...body.rows].filter((row) => row.id).map((row) => row.id);
    for (const row of body.rows) if (row.id) html[row.id] = row.outerHTML;
  }
  for (const piece of other.querySelectorAll("[data-piece]")) html[piece.id] = piece.outerHTML;
  return {
    revision: Number(other.dataset.revision),
    html,
    order,
    summary: other.dataset.summary ?? "",
  };
}

/** Rows made or taken out, and not in the page at the moment, by id. */
const aside = new Map();

/** Brings the elements of `part` up to date; says whether anything was different. */
function apply(part, { html, order, revision }) {
  if (lines === null) return applyHere(part, html, order);
  const own = Object.fromEntries(Object.entries(html).filter(([id]) => !id.startsWith(LINE)));
  const orders = { ...order };
  let different = false;
  for (const body of part.querySelectorAll("tbody[data-virtual]")) {
    if (lines.take(body, { html, order, revision })) different = true;
    delete orders[body.id];
  }
  return applyHere(part, own, orders) || different;
}

function applyHere(part, html, order) {
  const isMoving = Object.keys(order).length > 0;
  const before = isMoving ? positions(part) : [];
  let different = false;
  for (const [id, text] of Object.entries(html)) {
    const element = parse(text);
    const known = document.getElementById(id);
    if (known === null) {
      aside.set(id, element);
    } else if (!asMade(known).isEqualNode(bare(element, known))) {
      replaceKeepingFocus(known, element);
      if (element.matches("tr")) wash(element);
      different = true;
    }
  }
  if (!isMoving) return different;
  if (isHeld(part)) later(part, order);
  else if (arrange({ ...waiting.get(part), ...order })) different = true;
  slide(before);
  return different;
}

function parse(text) {
  const template = document.createElement("template");
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
}

/** An element with its clocks in race time, as it was made (visitor.js may show others). */
function asMade(known) {
  if (known.querySelector("time[data-race]") === null) return known;
  const copy = known.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-race]")) {
    time.textContent = time.dataset.race;
    delete time.dataset.race;
  }
  return copy;
}

/** A copy to compare with: what this script itself added to the known element is no change. */
function bare(element, known) {
  const copy = element.cloneNode(true);
  if (known.classList.contains("changed")) copy.classList.add("changed");
  return copy;
}

function replaceKeepingFocus(known, element) {
  const focused = known.contains(document.activeElement) ? document.activeElement : null;
  const opened = [...known.querySelectorAll("details[open] > summary")].map((s) => s.textContent);
  known.replaceWith(element);
  for (const summary of element.querySelectorAll("summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
  if (focused === null) return;
  const links = [...element.querySelectorAll("a, button")];
  const same = links.find((link) => link.getAttribute("href") === focused.getAttribute("href"));
  same?.focus({ preventScroll: true });
}

/** Puts the lines of table bodies in order; says whether any moved. */
function arrange(order) {
  let moved = false;
  for (const [id, ids] of Object.entries(order)) {
    const body = document.getElementById(id);
    if (body && arrangeBody(body, ids)) moved = true;
  }
  return moved;
}

function arrangeBody(body, ids) {
  const places = new Map();
  const wanted = new Set(ids);
  let moved = false;
  for (const row of [...body.rows]) {
    if (wanted.has(row.id)) {
      places.set(row.id, row);
      continue;
    }
    row.remove();
    if (row.id) aside.set(row.id, row);
    moved = true;
  }
  const nth = new Map([...places.keys()].map((id, number) => [id, number]));
  const rows = [];
  for (const id of ids) {
    const row = places.get(id) ?? document.getElementById(id) ?? aside.get(id);
    if (!row) continue;
    if (aside.delete(id)) wash(row);
    rows.push(row);
  }
  const staying = longestRise(rows.map((row) => nth.get(row.id) ?? -1));
  let next = null;
  for (let number = rows.length - 1; number >= 0; number -= 1) {
    if (!staying.has(number)) {
      body.insertBefore(rows[number], next);
      moved = true;
    }
    next = rows[number];
  }
  const parting = body.previousElementSibling;
  if (parting?.matches(".parting")) parting.hidden = ids.length === 0;
  return moved;
}

/** The most of `numbers` that rise as they stand, by index; those below zero are none. */
function longestRise(numbers) {
  const ends = [];             // of each length, the index of the lowest number it can end with
  const before = new Array(numbers.length).fill(-1);
  numbers.forEach((number, index) => {
    if (number < 0) return;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]] < number) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = ends[low - 1];
    ends[low] = index;
  });
  const rise = new Set();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index]) rise.add(index);
  return rise;
}

let pressed = null;
addEventListener("pointerdown", (event) => { pressed = event.target; }, { passive: true });
addEventListener("pointerup", () => { pressed = null; }, { passive: true });
addEventListener("pointercancel", () => { pressed = null; }, { passive: true });

/** Whether a line is under a finger or the focus: then none moves. */
function isHeld(part) {
  return [pressed, document.activeElement].some(
    (element) => element?.closest("tbody") && part.contains(element),
  );
}

/** Orders that wait until their part is let go; of each table body the newest. */
const waiting = new Map();

function later(part, order) {
  const first = !waiting.has(part);
  waiting.set(part, { ...waiting.get(part), ...order });
  if (!first) return;
  const look = setInterval(() => {
    if (isHeld(part)) return;
    clearInterval(look);
    const before = positions(part);
    arrange(waiting.get(part) ?? {});
    waiting.delete(part);
    slide(before);
  }, 500);
}

function wash(row) {
  row.classList.add("changed");
  setTimeout(() => {
    row.classList.remove("changed");
    if (row.className === "") row.removeAttribute("class");
  }, WASH_MS);
}

/** The lines in sight and a screen around, each with where it stands, to slide it from there. */
function positions(part) {
  const found = [];
  if (still.matches) return found;
  for (const body of part.querySelectorAll("tbody[id]:not([data-virtual])")) {
    const { rows } = body;
    for (let number = firstBelow(rows, -innerHeight); number < rows.length; number += 1) {
      const { top } = rows[number].getBoundingClientRect();
      if (top > 2 * innerHeight) break;
      if (rows[number].id) found.push([rows[number].id, top]);
    }
  }
  return found;
}

/** The first row that stands below `top`: rows stand in order, so few have to be looked at. */
function firstBelow(rows, top) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].getBoundingClientRect().top <= top) low = middle + 1;
    else high = middle;
  }
  return low;
}

function slide(before) {
  for (const [id, top] of before) {
    const row = document.getElementById(id);
    const shift = row === null ? 0 : top - row.getBoundingClientRect().top;
    if (!shift || Math.abs(shift) > 2 * innerHeight) continue;
    row.animate(
      [{ transform: `translateY(${shift}px)` }, { transform: "none" }],
      { duration: SLIDE_MS, easing: "cubic-bezier(.2, .7, .2, 1)" },
    );
  }
}

/** Says the newest summary, politely, at most every 15 seconds. */
function announcer(region) {
  let last = -Infinity;
  let timer = null;
  let text = "";
  return (summary) => {
    text = summary;
    if (!region || timer !== null || !text) return;
    const wait = Math.max(0, last + ANNOUNCE_EVERY_MS - Date.now());
    timer = setTimeout(() => {
      timer = null;
      last = Date.now();
      region.textContent = text;
    }, wait);
  };
}
