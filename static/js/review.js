// The review without reloads and by keyboard. The page works without this: links and forms are
// followed here instead of by the browser, and only what changed is put in its place.
//
// Nothing moves under the cursor: the list is renewed only while nobody points at it, and evidence
// that changed is announced, not exchanged.

const RENEW_MS = 10_000;
const KEEP_MS = 45_000;      // a case is leased for two minutes
const PREVIEW_AFTER_MS = 250;

document.documentElement.classList.add("scripted");

const root = () => document.querySelector("[data-review]");
let asked = 0;

async function load(address, options = {}) {
  const mine = ++asked;
  const answer = await fetch(address, { ...options, headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-review]");
  if (!fresh) { location.assign("/desk"); return null; }   // signed out meanwhile
  return mine === asked ? page : null;
}

function show(page, { focus = true } = {}) {
  const scrolled = document.getElementById("queue")?.scrollTop ?? 0;
  root().replaceWith(page.querySelector("[data-review]"));
  const tabs = page.querySelector(".desk .bar nav ul");
  if (tabs) document.querySelector(".desk .bar nav ul")?.replaceWith(tabs);
  document.title = page.title;
  document.getElementById("queue").scrollTop = scrolled;
  if (focus) document.getElementById("h-case")?.focus({ preventScroll: innerWidth >= 900 });
  take();
  previewAll();
}

async function go(address, options, { push = true, focus = true } = {}) {
  root().setAttribute("aria-busy", "true");
  try {
    const page = await load(address, options);
    if (!page) return;
    show(page, { focus });
    const key = document.getElementById("case").dataset.key;
    if (push) history.pushState(null, "", key ? caseAddress(key) : queueAddress());
  } catch {
    say("No contact: nothing was done. Try again.");
  } finally {
    root()?.removeAttribute("aria-busy");
  }
}

function queueAddress() {
  const chosen = new URLSearchParams();
  for (const select of document.querySelectorAll(".which select")) {
    if (select.value) chosen.set(select.name, select.value);
  }
  const text = chosen.toString();
  return location.pathname + (text ? `?${text}` : "");
}

function caseAddress(key) {
  const address = new URL(queueAddress(), location.href);
  address.searchParams.set("case", key);
  return address.pathname + address.search;
}

function say(text) {
  const line = document.createElement("p");
  line.className = "message attention";
  line.textContent = text;
  document.getElementById("said").replaceChildren(line);
}

// Taking a case: what is open is one's own as long as the page is.
async function take() {
  const form = document.querySelector("[data-take]");
  if (!form) return;
  const key = document.getElementById("case").dataset.key;
  const answer = await post({ ...Object.fromEntries(new FormData(form)), do: "keep" });
  if (document.getElementById("case").dataset.key !== key) return;
  if (answer?.ok) form.remove();
  else if (answer?.status === 409) go(caseAddress(key), {}, { push: false, focus: false });
}

function post(fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(location.pathname, { method: "POST", body }).catch(() => null);
}

setInterval(() => {
  const open = document.getElementById("case");
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (open?.dataset.key && !document.hidden) post({ do: "keep", case: open.dataset.key, csrf_token: token });
}, KEEP_MS);

addEventListener("pagehide", () => {
  const open = document.getElementById("case");
  const token = document.querySelector(".case input[name=csrf_token]")?.value;
  if (!open?.dataset.key || !token) return;
  const body = new FormData();
  for (const [name, value] of [["do", "leave"], ["case", open.dataset.key], ["csrf_token", token]]) body.set(name, value);
  navigator.sendBeacon(location.pathname, body);
});

// New cases, and new evidence about the one that is open.
setInterval(async () => {
  if (document.hidden || root().hasAttribute("aria-busy")) return;
  const mine = asked;
  const key = document.getElementById("case").dataset.key;
  const answer = await fetch(key ? caseAddress(key) : queueAddress()).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const queue = page.getElementById("queue");
  const old = document.getElementById("queue");
  if (!queue || mine !== asked) return;
  const fresh = page.getElementById("case");
  const open = document.getElementById("case");
  const changed = document.getElementById("changed");
  if (changed && fresh.dataset.digest !== open.dataset.digest) changed.hidden = false;
  if (old.matches(":hover") || old.contains(document.activeElement)) return;
  const scrolled = old.scrollTop;
  old.replaceWith(queue);
  queue.scrollTop = scrolled;
}, RENEW_MS);

// Links and forms
document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const again = event.target.closest("[data-again]");
  const link = event.target.closest("[data-case], .back a, .queue .none a");
  if (!again && !link) return;
  event.preventDefault();
  go(again ? caseAddress(document.getElementById("case").dataset.key) : link.href, {}, { push: !again });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("[data-review]")) return;
  event.preventDefault();
  const data = new FormData(form);
  if (form.method === "get") {
    go(`${location.pathname}?${new URLSearchParams(data)}`, {}, { focus: false });
    return;
  }
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  go(location.pathname, { method: "POST", body: data }).finally(() => { delete form.dataset.sent; });
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".which select")) event.target.form.requestSubmit();
});

addEventListener("popstate", () => go(location.href, {}, { push: false }));

// What a decision would change
let waiting = null;
const previewing = (event) => {
  const act = event.target.closest?.(".act");
  const form = act?.querySelector("form[data-preview]");
  if (!form || !act.open) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => preview(form), PREVIEW_AFTER_MS);
};
document.addEventListener("toggle", previewing, true);
document.addEventListener("input", previewing);

// What each decision that needs nothing more to be said would change, one after the other, so that
// the book is never asked for two at once.
async function previewAll() {
  const open = document.getElementById("case");
  for (const form of open.querySelectorAll("form[data-preview]")) {
    if (!open.isConnected) return;
    if ([...form.querySelectorAll("[required]")].every((field) => field.value.trim())) await preview(form);
  }
}

async function preview(form) {
  const would = form.querySelector("[data-would]");
  if ([...form.querySelectorAll("[required]")].some((field) => !field.value.trim())) {
    would.hidden = true;
    return;
  }
  const data = new FormData(form);
  data.delete("csrf_token");
  const query = new URLSearchParams(data).toString();
  form.dataset.asked = query;
  const answer = await fetch(`${form.dataset.preview}?${query}`).catch(() => null);
  if (!answer?.ok || form.dataset.asked !== query) return;
  would.textContent = (await answer.json()).text;
  would.hidden = false;
  form.closest(".act").querySelector("[data-short]").textContent = would.textContent;
}

// By keyboard
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape") {
    if (typing) { event.target.closest(".act")?.querySelector("summary").focus(); return; }
    const back = document.querySelector(".back a");
    if (back) go(back.href, {});
    return;
  }
  if (typing) return;
  if (event.key === "j" || event.key === "ArrowDown") step(1, event);
  else if (event.key === "k" || event.key === "ArrowUp") step(-1, event);
  else {
    const target = document.querySelector(`#case summary[data-key="${CSS.escape(event.key)}"], #said [data-key="${CSS.escape(event.key)}"], #help [data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
    const act = target.closest(".act");
    if (!act) return;
    act.open = true;
    const first = [...act.querySelectorAll("input:not([type=hidden]), select")].find((field) => !field.value) ?? act.querySelector("button");
    first.focus();
  }
});

function step(by, event) {
  const links = [...document.querySelectorAll(".cases a")];
  if (!links.length || (event.key.startsWith("Arrow") && !event.target.closest(".cases"))) return;
  event.preventDefault();
  const at = links.findIndex((link) => link === document.activeElement);
  const open = links.findIndex((link) => link.hasAttribute("aria-current"));
  const from = at >= 0 ? at : open;
  const to = links[Math.max(0, Math.min(links.length - 1, from + by))];
  if (at >= 0 || open < 0) to.focus();
  else go(to.href, {});
}

take();
previewAll();
