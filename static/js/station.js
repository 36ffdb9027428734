// A station in the browser: the keypad, the ticking clock on the record key, and forms that are
// sent without leaving the page. What could not be sent waits, also over a reload, and is tried
// again; each entry carries an id of its own, so that twice sent is once recorded.
//
// An answer is {html: {element id: outer HTML}, message, now}; see station_page.py.

const RETRY_MS = 5000;
const QUEUE = "bivouac-station-unsent";

const root = document.querySelector("[data-station]");
const form = root.querySelector("[data-record]");
const bib = form.elements.bib;
const said = root.querySelector("[data-said]");
const who = root.querySelector("[data-who]");
const runners = JSON.parse(root.querySelector("[data-runners]").textContent);
const utcOffset = Number(root.dataset.offset);

// The clock: the server's, as well as it is known. Each answer may know it better.
let offset = Number(root.dataset.now) - Date.now();
let precision = Infinity;
let contact = null;

const trueTime = () => Date.now() + offset;
const clockText = (ms) => new Date(ms + utcOffset).toISOString().slice(11, 19);

function tick() {
  const typed = form.elements.time.value.trim();
  root.querySelector("[data-clock]").textContent = typed || clockText(trueTime());
}
setInterval(tick, 250);
tick();

// The keypad. The field itself still takes a keyboard: a touch on it brings the phone's own.
root.querySelector("[data-keys]").hidden = false;
bib.inputMode = "none";
bib.addEventListener("pointerdown", () => { bib.inputMode = "text"; });
bib.addEventListener("input", show);
form.elements.time.addEventListener("input", tick);
root.querySelector("[data-keys]").addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key === undefined) return;
  if (key === "delete") bib.value = bib.value.slice(0, -1);
  else if (bib.value.length < bib.maxLength) bib.value += key;
  show();
});

function show() {
  const text = bib.value.trim();
  root.querySelector("[data-bib]").textContent = text;
  const [name, detail] = known(text);
  who.querySelector("b").textContent = name;
  who.querySelector("span").textContent = detail;
}

function known(text) {
  if (text === "") return ["", ""];
  if (Object.hasOwn(runners, text)) return runners[text];
  if (/[?*]/.test(text)) {
    const pattern = new RegExp(`^${text.replace(/[^\p{L}\p{N}?*]/gu, "").replace(/[?*]/g, ".")}$`, "u");
    const fitting = Object.keys(runners).filter((key) => pattern.test(key)).slice(0, 4);
    return [fitting.join(", ") || "No such bib", "Will be kept, choose later."];
  }
  const longer = Object.keys(runners).some((key) => key.startsWith(text));
  return longer ? ["…", ""] : ["Not in the start list", "Will be kept and marked."];
}
show();
if (matchMedia("(pointer: fine)").matches) bib.focus();

// Sending
function newId() {
  // crypto.randomUUID needs https, which a camp may not have.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

let queue = JSON.parse(localStorage.getItem(QUEUE) ?? "[]");
let sending = false;
let timer = null;

function keep() {
  localStorage.setItem(QUEUE, JSON.stringify(queue));
  paintUnsent();
}

root.addEventListener("submit", (event) => {
  const sent = event.target;
  const action = new URL(sent.action).pathname;
  if (sent.method !== "post" || action.endsWith("/sign-out")) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(sent));
  delete fields.csrf_token;
  if (sent.matches("[data-record]") || sent.matches("[data-start]")) stamp(fields);
  if (sent.matches("[data-record]") || sent.matches("[data-withdrawal]")) fields.id = newId();
  if (sent.matches("[data-record]")) {
    bib.value = "";
    form.elements.time.value = "";
    form.elements.note.value = "";
    show();
    tick();
  } else if (sent.matches("[data-withdrawal]")) {
    sent.elements.bib.value = "";
    sent.elements.note.value = "";
  }
  queue.push({ action, fields });
  keep();
  send();
});

/** The moment of the press, by the true clock and by the device's. */
function stamp(fields) {
  if ((fields.time ?? "").trim() !== "") return;
  const now = Date.now();
  fields.device_time = new Date(now).toISOString();
  fields.time = new Date(now + offset).toISOString();
}

async function send() {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    while (queue.length > 0) {
      const { action, fields } = queue[0];
      const began = Date.now();
      const token = form.elements.csrf_token.value;
      const answer = await fetch(action, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body: new URLSearchParams({ ...fields, csrf_token: token }),
      });
      if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
      if (answer.status === 401 || answer.status === 403) {
        say("Signed out: reload this page and sign in again. Nothing is lost.", true);
        throw new Error("signed out");
      }
      queue.shift();
      const data = await answer.json();
      synchronise(data.now, began, Date.now());
      for (const [id, html] of Object.entries(data.html ?? {})) put(id, html);
      say(data.message, !answer.ok);
      if (!answer.ok && "bib" in fields && action.endsWith("/passings") && bib.value === "") {
        bib.value = fields.bib;
        show();
      }
      keep();
    }
  } catch {
    timer = setTimeout(send, RETRY_MS);
  } finally {
    sending = false;
    paintUnsent();
  }
}

function say(text, isError) {
  said.textContent = text ?? "";
  said.classList.toggle("attention", Boolean(isError));
}

function put(id, html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  document.getElementById(id)?.replaceWith(template.content);
}

/** The server's clock lay between sending and receiving: the quickest answer knows it best. */
function synchronise(now, began, ended) {
  contact = ended;
  const half = (ended - began) / 2;
  if (!Number.isFinite(now) || half > precision) return;
  precision = half;
  offset = now - (began + ended) / 2;
}

function paintUnsent() {
  const counts = document.getElementById("counts");
  const unsent = counts.querySelector("[data-unsent]");
  unsent.hidden = queue.length === 0;
  unsent.className = queue.length > 0 ? "unsent" : "";
  unsent.querySelector("b").textContent = queue.length;
  const exact = counts.querySelector("[data-precision]");
  exact.hidden = !Number.isFinite(precision);
  exact.querySelector("b").textContent = exact.hidden ? "" : `±${(precision / 1000).toFixed(1)} s`;
  const seen = counts.querySelector("[data-contact]");
  seen.hidden = contact === null;
  seen.querySelector("b").textContent = contact === null ? "" : clockText(contact + offset).slice(0, 5);
  const list = document.getElementById("entered");
  for (const line of list.querySelectorAll(".waiting")) line.remove();
  for (const { action, fields } of queue) {
    if (!action.endsWith("/passings")) continue;
    list.prepend(waitingLine(fields));
  }
}

function waitingLine(fields) {
  const line = document.createElement("li");
  line.className = "waiting";
  const at = Date.parse(fields.time);
  const texts = [
    ["n", fields.bib || "–"],
    ["w", known(fields.bib.trim())[0]],
    ["t", Number.isNaN(at) ? fields.time : clockText(at)],
  ];
  for (const [name, text] of texts) {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    line.append(span);
  }
  const small = document.createElement("small");
  small.textContent = "not sent yet";
  line.children[1].append(small);
  return line;
}

addEventListener("online", send);
paintUnsent();
send();
