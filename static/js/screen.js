// A big screen that is left alone for days: it shows the pages of boards in turn, keeps them up to
// date by the race's stream, shows who comes in, and says when it has lost contact.
//
// An event's data is {revision, since, html: {element id: outer HTML}, …}: see static/js/live.js,
// which follows all other pages, and timing/pages/fragments.py.
// Everything here is bounded: pieces are replaced whole, nothing that went is kept.

const PULSE_EVERY = 20_000;      // how often the server is asked for the time
const LOST_AFTER = 50_000;       // two pulses missed
const POLL_EVERY = 15_000;       // without a stream
const FRESH = 30_000;            // so long the page's own number is of the stream it belongs to
const LONGEST_WAIT = 15_000;     // between two tries for a stream
const SPOT_ALONE = 7_000;        // somebody who came in, shown big
const SPOT_OF_MANY = 3_500;
const MOST_WAITING = 5;          // of a larger group the last are shown big, all of them in the list
const CALM_AFTER = 180_000;      // then who came in last stands like the others
const WASH = 6_000;              // --fade
const SHIFT_EVERY = 60_000;
const IDLE_AFTER = 4_000;
const OVERDUE_AFTER = 600_000;   // beyond their latest time somebody makes room for others
const RELOAD_AT_MOST_EVERY = 300_000;
const RELOAD_AT_LAST = 600_000;  // however busy it is
const QUIET_AFTER_ARRIVAL = 15_000;

const root = document.querySelector("[data-screen]");
const still = matchMedia("(prefers-reduced-motion: reduce)");
document.documentElement.classList.add("sc-runs");

// -- the time -------------------------------------------------------------------------------------

/** The server's clock at a moment of ours, {mono, now, took}; null before the first answer. */
let measured = null;
let raceOffset = 0;
let contactAt = null;

/** The time by the server, whatever this machine's clock says; null as long as it is not known. */
function now() {
  return measured === null ? null : measured.now + performance.now() - measured.mono;
}

/** Takes the server's time, unless what is known is surer and agrees with it. */
function measure({ mono, now: told, took }) {
  const uncertain = took / 2 + 20;
  const agrees = measured !== null && Math.abs(now() + mono - performance.now() - told) < uncertain;
  const isOld = measured !== null && mono - measured.mono > 600_000;
  if (!agrees || isOld || took <= measured.took) measured = { mono, now: told, took };
}

function clockWords(time, digits) {
  return new Date(time + raceOffset).toISOString().slice(11, 11 + digits);
}

const clock = root.querySelector("[data-clock]");
const lost = root.querySelector("[data-lost]");
const openedAt = performance.now();

function showTime() {
  const time = now();
  if (time !== null) {
    clock.textContent = clockWords(time, 8);
    clock.hidden = false;
  }
  const since = performance.now() - (contactAt ?? openedAt);
  lost.hidden = since < LOST_AFTER;
  if (!lost.hidden) {
    lost.textContent = contactAt === null || time === null
      ? lost.dataset.never
      : lost.dataset.lost.replace("{time}", clockWords(time - since, 5));
  }
}

function tick() {
  showTime();
  setTimeout(tick, 1000 - ((now() ?? Date.now()) % 1000));
}

// -- contact --------------------------------------------------------------------------------------

let revision = Number(root.dataset.revision);
let wantsReloadSince = null;
let wasLost = false;

function heard() {
  contactAt = performance.now();
}

/** Gives up after so long. (`AbortSignal.timeout` is younger than many televisions.) */
function within(time) {
  const giving = new AbortController();
  setTimeout(() => giving.abort(), time);
  return giving.signal;
}

async function pulse() {
  try {
    const sent = performance.now();
    const answer = await fetch(root.dataset.pulse, {
      cache: "no-store", signal: within(10_000),
    });
    const told = await answer.json();
    const received = performance.now();
    const took = received - sent;
    raceOffset = told.offset_ms;
    measure({ mono: received, now: told.now + took / 2, took });
    heard();
    showTime();
    if (told.life === root.dataset.life) wantsReloadSince = null;
    else wantsReloadSince ??= received;
    if (wasLost) listenAnew();
    wasLost = false;
  } catch {
    wasLost = true;
  }
  setTimeout(pulse, wasLost ? PULSE_EVERY / 4 : PULSE_EVERY);
}

/** The life of the database that revisions are counted in, once the stream has told it. */
let epoch = "";

function epochOf(identity) {
  return identity.slice(0, identity.lastIndexOf("-"));
}

let stream = null;
let failures = 0;
let polling = null;
let trying = null;

function listen() {
  clearTimeout(trying);
  const address = new URL(root.dataset.screen, location.href);
  const isFresh = performance.now() - openedAt < FRESH;
  address.searchParams.set("revision", epoch ? `${epoch}-${revision}` : isFresh ? revision : "");
  const mine = new EventSource(address);
  stream = mine;
  mine.addEventListener("open", () => {
    failures = 0;
    heard();
    clearInterval(polling);
    polling = null;
  });
  mine.addEventListener("board", (event) => {
    heard();
    const change = JSON.parse(event.data);
    const other = epochOf(event.lastEventId);
    if (other !== epoch) {
      // Its numbers begin anew with the whole state, which is what it sends first.
      if (epoch) revision = 0;
      epoch = other;
    } else if (change.since > revision) {
      again(0);  // something between was not told
      return;
    }
    take(change);
  });
  mine.addEventListener("beat", (event) => {
    heard();
    epoch = epochOf(event.lastEventId);
    revision = Math.max(revision, JSON.parse(event.data).revision);
  });
  mine.addEventListener("bye", () => again(1000 + Math.random() * 2000));
  mine.addEventListener("error", () => {
    failures += 1;
    if (failures >= 3) polling ??= setInterval(poll, POLL_EVERY);
    if (mine.readyState === EventSource.CLOSED) again(Math.min(LONGEST_WAIT, 1000 * failures));
  });
}

function again(after) {
  stream.close();
  clearTimeout(trying);
  trying = setTimeout(listen, after);
}

/** After a silence a connection may look open and be dead. */
function listenAnew() {
  again(0);
}

async function poll() {
  try {
    const answer = await fetch(location.href, {
      cache: "no-cache", signal: within(10_000),
    });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const other = page.querySelector("[data-screen]");
    if (!other) return;
    heard();
    const html = {};
    for (const piece of other.querySelectorAll("[data-piece]")) html[piece.id] = piece.outerHTML;
    take({ revision: Number(other.dataset.revision), html });
  } catch {
    // No network: the next round will tell.
  }
}

// -- what is new ----------------------------------------------------------------------------------

function take(change) {
  if (change.revision < revision) return;
  revision = change.revision;
  for (const [id, text] of Object.entries(change.html)) {
    const known = document.getElementById(id);
    if (known === null) continue;
    const element = parse(text);
    if (id === "screen_boards") takeBoards(known, element);
    else if (id === "screen_side") takeSide(known, element);
    else known.replaceWith(element);
  }
}

function parse(text) {
  const template = document.createElement("template");
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
}

function takeBoards(known, element) {
  const before = new Map();
  for (const line of known.querySelectorAll("[data-key]")) {
    before.set(line.dataset.key, line.textContent);
  }
  const changed = [];
  for (const line of element.querySelectorAll("[data-key]")) {
    if (before.get(line.dataset.key) !== line.textContent) changed.push(line);
  }
  const showed = shownPart;
  known.replaceWith(element);
  show(showed);
  for (const line of changed) wash(line);
  // What is new stays in sight a while longer, once.
  if (changed.some((line) => line.closest(".sc-shown"))) stayALittle();
}

function wash(line) {
  line.classList.add("sc-changed");
  setTimeout(() => line.classList.remove("sc-changed"), WASH);
}

function takeSide(known, element) {
  const before = new Set([...known.querySelectorAll("[data-arrival]")].map(arrivalOf));
  const lines = [...element.querySelectorAll("[data-arrival]")];
  const isNew = lines.map((line) => !before.has(arrivalOf(line)));
  // At the end of a list that was full are those who moved up because another was taken out.
  const wasFull = before.size >= Number(element.querySelector("[data-most]")?.dataset.most);
  const last = wasFull ? isNew.lastIndexOf(false) : lines.length;
  const coming = lines.filter((_, nth) => isNew[nth] && (nth < last || last < 0)).reverse();
  const wasCalm = known.querySelector(".sc-in")?.classList.contains("sc-calm");
  known.replaceWith(element);
  root.classList.toggle("sc-evening", element.querySelector(".sc-in") === null);
  if (coming.length > 0) {
    lastArrival = performance.now();
    for (const line of coming) spotlight(line);
  } else if (wasCalm) {
    element.querySelector(".sc-in")?.classList.add("sc-calm");
  }
  expect();
}

function arrivalOf(line) {
  return line.dataset.arrival;
}

// -- who came in, in big --------------------------------------------------------------------------

const spot = root.querySelector("[data-spot]");
let lastArrival = -Infinity;
let waiting = [];
let isSpotting = false;

function spotlight(line) {
  const card = document.createElement("div");
  for (const part of line.children) card.append(part.cloneNode(true));
  waiting.push(card);
  waiting = waiting.slice(-MOST_WAITING);
  if (!isSpotting) nextSpot();
}

function nextSpot() {
  const card = waiting.shift();
  isSpotting = card !== undefined;
  spot.hidden = !isSpotting;
  spot.replaceChildren(...(isSpotting ? [card] : []));
  if (isSpotting) setTimeout(nextSpot, waiting.length > 0 ? SPOT_OF_MANY : SPOT_ALONE);
}

// -- who is expected ------------------------------------------------------------------------------

function expect() {
  const list = root.querySelector("[data-next]");
  const time = now();
  if (list === null || time === null) return;
  let room = Number(list.dataset.next);
  for (const line of list.children) {
    const isOverdue = time > Number(line.dataset.latest) + OVERDUE_AFTER;
    line.hidden = isOverdue || room <= 0;
    if (line.hidden) continue;
    room -= 1;
    const said = line.querySelector("[data-clock-of]");
    const isNow = Number(line.dataset.at) - time < 60_000;
    const words = isNow ? list.dataset.now : said.dataset.clockOf;
    if (said.textContent !== words) said.textContent = words;
  }
  list.closest("section").hidden = [...list.children].every((line) => line.hidden);
  const isCalm = performance.now() - Math.max(lastArrival, openedAt) > CALM_AFTER;
  if (isCalm) root.querySelector(".sc-in")?.classList.add("sc-calm");
}

// -- boards in turn -------------------------------------------------------------------------------

let shownPart = null;
let turning = null;
let hasStayed = false;
let isPaused = false;
const turnAfter = Number(root.dataset.seconds) * 1000;

/** Shows the part of that name, or the one that stands in its place. */
function show(name) {
  const parts = [...root.querySelectorAll("[data-part]")];
  if (parts.length === 0) return;
  const part = parts.find((each) => each.dataset.part === name) ?? parts[0];
  for (const each of parts) each.classList.toggle("sc-shown", each === part);
  shownPart = part.dataset.part;
}

function turn(step = 1) {
  const parts = [...root.querySelectorAll("[data-part]")];
  const here = parts.findIndex((each) => each.dataset.part === shownPart);
  if (parts.length > 0) show(parts[(here + step + parts.length) % parts.length].dataset.part);
  hasStayed = false;
  schedule();
}

function schedule() {
  clearTimeout(turning);
  turning = setTimeout(() => {
    reloadIfQuiet();
    if (isPaused) schedule();
    else turn();
  }, turnAfter);
}

function stayALittle() {
  if (hasStayed) return;
  hasStayed = true;
  schedule();
}

// -- another release ------------------------------------------------------------------------------

function reloadIfQuiet() {
  if (wantsReloadSince === null || wasLost) return;
  const time = performance.now();
  const isQuiet = !isSpotting && time - lastArrival > QUIET_AFTER_ARRIVAL;
  if (!isQuiet && time - wantsReloadSince < RELOAD_AT_LAST) return;
  // While two releases serve side by side it would come back to the old one again and again.
  const last = Number(sessionStorage.getItem("sc-reloaded"));
  if (Date.now() - last < RELOAD_AT_MOST_EVERY && Date.now() >= last) return;
  sessionStorage.setItem("sc-reloaded", Date.now());
  location.reload();
}

// -- a screen nobody touches ----------------------------------------------------------------------

async function stayAwake() {
  if (document.hidden) return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Low on battery, or not allowed: the television's own settings are left.
  }
}

/** Moves all a few pixels now and then, so that nothing burns in. */
const SHIFTS = [[0, 0], [3, 2], [-3, 4], [4, -3], [-2, -4], [-4, 1], [2, 4], [1, -2]];
let shifted = 0;

function shift() {
  shifted = (shifted + 1) % SHIFTS.length;
  const [across, down] = SHIFTS[shifted];
  root.style.transform = `translate(${across}px, ${down}px)`;
}

let idling = null;

function beIdle() {
  document.body.classList.add("sc-idle");
}

function wake() {
  document.body.classList.remove("sc-idle");
  clearTimeout(idling);
  idling = setTimeout(beIdle, IDLE_AFTER);
}

function key(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  switch (event.key) {
    case " ":
      isPaused = !isPaused;
      event.preventDefault();
      break;
    case "ArrowRight":
    case "ArrowLeft": {
      const isForward = (event.key === "ArrowRight") === (document.dir !== "rtl");
      turn(isForward ? 1 : -1);
      break;
    }
    case "f":
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen?.().catch(() => {});
      break;
    default:
  }
}

show(null);
schedule();
tick();
pulse();
listen();
stayAwake();
beIdle();
setInterval(expect, 5000);
if (!still.matches) setInterval(shift, SHIFT_EVERY);
document.addEventListener("visibilitychange", stayAwake);
addEventListener("pointermove", wake, { passive: true });
addEventListener("keydown", key);
addEventListener("pagehide", () => stream.close());
addEventListener("pageshow", (event) => { if (event.persisted) listenAnew(); });
