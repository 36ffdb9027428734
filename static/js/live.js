// Keeps a page up to date: lines that changed are replaced, lines that moved slide, and who
// listens hears one polite summary now and then. Without a stream the page asks by itself.
//
// The lines of long tables (tbody[data-virtual]) are their own script's: it takes them over.
//
// An event's data: {revision, html: {element id: outer HTML}, order: {tbody id: [row ids]},
// summary}. See timing/pages/fragments.py, which makes it.

const WASH_MS = 6000;          // a changed line returning to rest (--fade)
const SLIDE_MS = 400;          // --calm
const ANNOUNCE_EVERY_MS = 15000;
const POLL_EVERY_MS = 15000;
const TRIES_BEFORE_POLLING = 3;

const lines = document.querySelector("tbody[data-virtual]") ? await import("./lines.js") : null;
const still = matchMedia("(prefers-reduced-motion: reduce)");

for (const part of document.querySelectorAll("[data-live]")) follow(part);

// What is chosen in a row that scrolls sideways comes into sight.
for (const chosen of document.querySelectorAll("nav [aria-current]")) {
  const row = chosen.closest("nav");
  if (row.scrollWidth > row.clientWidth) {
    const inRow = chosen.getBoundingClientRect().left - row.getBoundingClientRect().left;
    row.scrollLeft += inRow - (row.clientWidth - chosen.clientWidth) / 2;
  }
}

function follow(part) {
  let revision = Number(part.dataset.revision);
  let failures = 0;
  let polling = null;
  let stream = null;
  const announce = announcer(part.querySelector("[data-announce]"));

  function take(change) {
    if (change.revision < revision) return;
    revision = change.revision;
    const changed = apply(part, change);
    if (changed) announce(change.summary);
  }

  function listen() {
    const address = new URL(part.dataset.live, location.href);
    address.searchParams.set("revision", revision);
    stream = new EventSource(address);
    stream.addEventListener("open", () => { failures = 0; stopPolling(); });
    stream.addEventListener("board", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("bye", () => again(1000 + Math.random() * 2000));
    stream.addEventListener("error", () => {
      failures += 1;
      if (failures >= TRIES_BEFORE_POLLING) startPolling();
      if (stream.readyState === EventSource.CLOSED) again(Math.min(30000, 1000 * 2 ** failures));
    });
  }

  function again(after) {
    stream.close();
    setTimeout(listen, after);
  }

  function startPolling() {
    polling ??= setInterval(poll, POLL_EVERY_MS);
  }

  function stopPolling() {
    clearInterval(polling);
    polling = null;
  }

  async function poll() {
    if (document.hidden) return;
    try {
      // The ETag does the rest: an unchanged page is answered without its body.
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const other = page.querySelector("[data-live]");
      if (other) take(changeBetween(part, other));
      await lines?.refresh();
    } catch {
      // No network: the next round will tell.
    }
  }

  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  listen();
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
function apply(part, change) {
  const { html } = change;
  const order = { ...change.order };
  const before = positions(part);
  let different = false;
  for (const body of part.querySelectorAll("tbody[data-virtual]")) {
    if (lines.take(body, change)) different = true;
    delete order[body.id];
  }
  for (const [id, text] of Object.entries(html)) {
    if (lines !== null && id.startsWith("line-")) continue;
    const element = parse(text);
    const known = document.getElementById(id);
    if (known === null) {
      aside.set(id, element);
    } else if (!known.isEqualNode(bare(element, known))) {
      replaceKeepingFocus(known, element);
      if (element.matches("tr")) wash(element);
      different = true;
    }
  }
  if (isHeld(part)) later(part, order);
  else if (arrange({ ...waiting.get(part), ...order })) different = true;
  if (different) slide(part, before);
  return different;
}

function parse(text) {
  const template = document.createElement("template");
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
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
  const now = [...body.rows].filter((row) => row.id).map((row) => row.id);
  if (now.length === ids.length && now.every((id, nth) => id === ids[nth])) return false;
  const wanted = new Set(ids);
  for (const row of [...body.rows]) {
    if (wanted.has(row.id)) continue;
    row.remove();
    if (row.id) aside.set(row.id, row);
  }
  let next = body.firstElementChild;
  for (const id of ids) {
    const row = document.getElementById(id) ?? aside.get(id);
    if (!row) continue;
    if (aside.delete(id)) wash(row);
    if (row === next) next = next.nextElementSibling;
    else body.insertBefore(row, next);
  }
  const parting = body.previousElementSibling;
  if (parting?.matches(".parting")) parting.hidden = ids.length === 0;
  return true;
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
    slide(part, before);
  }, 500);
}

function wash(row) {
  row.classList.add("changed");
  setTimeout(() => {
    row.classList.remove("changed");
    if (row.className === "") row.removeAttribute("class");
  }, WASH_MS);
}

/** Where the lines in sight stand, to slide them from there. */
function positions(part) {
  const found = new Map();
  if (still.matches) return found;
  for (const row of part.querySelectorAll("tbody[id]:not([data-virtual]) > tr[id]")) {
    const { top } = row.getBoundingClientRect();
    if (top > -innerHeight && top < 2 * innerHeight) found.set(row.id, top);
  }
  return found;
}

function slide(part, before) {
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
