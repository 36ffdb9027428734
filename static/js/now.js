// The desk's first page looks again by itself: only what is measured changes. Forms stay as they
// are, with what is typed in them, and so do the focus and lists that were opened.
import { alarmSound } from "./now_sound.js";

const EVERY = 10_000;
const said = document.querySelector("#now-said");
const lost = document.querySelector("#now-lost");
const sound = alarmSound(document.querySelector("#now-sound"));

// The race's clock, which may be another than this machine's.
let behind = 0;
const two = (n) => String(n).padStart(2, "0");

function setClock(page) {
  behind = Number(page.querySelector(".now_time [data-at]")?.dataset.at ?? Date.now()) - Date.now();
}

function tick() {
  for (const clock of document.querySelectorAll("[data-of-day]")) {
    const day = new Date(Date.now() + behind + Number(clock.dataset.ofDay) * 60_000);
    const text = `${two(day.getUTCHours())}:${two(day.getUTCMinutes())}:${two(day.getUTCSeconds())}`;
    if (clock.textContent !== text) clock.textContent = text;
  }
  for (const clock of document.querySelectorAll("[data-clock-from]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + behind - Number(clock.dataset.clockFrom)) / 1000));
    const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} on the clock`;
    if (clock.textContent !== text) clock.textContent = text;
  }
}

/** Put what is new where it belongs, unless somebody is at it: then it waits for the next time. */
function replace(shown, fresh) {
  if (shown.isEqualNode(fresh)) return;
  const focused = document.activeElement;
  if (shown.contains(focused) && focused.matches("input, select, textarea")) return;
  if ([...shown.querySelectorAll("input")].some(isTouched)) return;
  const open = [...shown.querySelectorAll("details[open][id]")].map((each) => each.id);
  const at = shown.contains(focused) ? focused.closest("[id]")?.id : "";
  const nth = at ? [...document.getElementById(at).querySelectorAll("a, button, summary")].indexOf(focused) : -1;
  shown.replaceWith(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (at && nth >= 0) document.getElementById(at)?.querySelectorAll("a, button, summary")[nth]?.focus({ preventScroll: true });
}

function isTouched(field) {
  return field.type !== "hidden" && (field.value !== field.defaultValue || field.checked !== field.defaultChecked);
}

// Ids of forms and their tokens differ each time; they alone are no reason to draw anything anew.
function settled(node) {
  const copy = node.cloneNode(true);
  for (const each of copy.querySelectorAll("input[name=id], input[name=csrf_token]")) each.removeAttribute("value");
  for (const each of copy.querySelectorAll("[data-clock-from], [data-of-day]")) { each.textContent = ""; each.removeAttribute("data-at"); }
  return copy;
}

function show(page) {
  const phase = (of) => of.querySelector("[data-phase]").dataset.phase;
  // Another stage, or one that began or is over: another page, once nobody is typing on this one.
  if (phase(page) !== phase(document) && ![...document.querySelectorAll("input")].some(isTouched)) return location.reload();
  const before = Number(document.querySelector("[data-look=alarm]").dataset.open);
  document.title = page.title;
  setClock(page);
  for (const fresh of page.querySelectorAll("[data-look]")) {
    const shown = document.querySelector(`[data-look="${fresh.dataset.look}"]`);
    if (shown && !settled(shown).isEqualNode(settled(fresh))) replace(shown, document.adoptNode(fresh));
  }
  tick();
  const now = Number(document.querySelector("[data-look=alarm]").dataset.open);
  if (now > before) {
    said.textContent = document.querySelector("#h-alarm").textContent;
    sound.ring();
  } else if (now < before) said.textContent = now ? `${now} alerts open.` : "No alert is open.";
}

function tell(text) {
  lost.hidden = !text;
  if (lost.textContent !== text) lost.textContent = text;
}

async function lookAgain() {
  // Hidden too: somebody may be waiting for the sound.
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-look=alarm]")) return tell("You are signed out here: load the page again.");
    tell("");
    show(page);
  } catch {
    tell("Out of reach: what stands here is old.");
  }
}

setClock(document);
tick();
setInterval(tick, 1000);
setInterval(lookAgain, EVERY);
document.addEventListener("visibilitychange", () => { if (!document.hidden) lookAgain(); });
document.addEventListener("now:look", lookAgain);
