// What only the visitor's own device knows: which language it speaks, which time it is there, and
// how much of a row of links is in sight.
//
// Clocks on a page are race time, in <time> elements. The foot of the page offers the visitor's
// own; the choice stays on the device. Nothing of it is sent anywhere.

const DAY_MINUTES = 24 * 60;
const CLOCK = /(?:([+−])(\d) )?\b(\d\d):(\d\d)((?::\d\d)?)(?![:\d])/;
const CHOICE = "bivouac:clocks";
const LANGUAGE = "bivouac:language";

const foot = document.querySelector("[data-clocks]");
if (foot) offerOwnClocks(foot);
offerLanguage(document.querySelector("[data-tongues]"));
for (const chosen of document.querySelectorAll("nav [aria-current]")) bringIntoSight(chosen);

/** What is chosen in a row that scrolls sideways comes into sight. */
function bringIntoSight(chosen) {
  const row = chosen.closest("nav");
  if (row.scrollWidth <= row.clientWidth) return;
  const inRow = chosen.getBoundingClientRect().left - row.getBoundingClientRect().left;
  row.scrollLeft += inRow - (row.clientWidth - chosen.clientWidth) / 2;
}

function offerOwnClocks(button) {
  const at = new Date(Number(button.dataset.at));
  const shift = -at.getTimezoneOffset() - Number(button.dataset.offset);
  if (shift === 0) return;
  button.hidden = false;
  const main = document.querySelector("main");
  let own = remembered(CHOICE) === "own";

  function show() {
    for (const time of main.querySelectorAll("time")) dress(time);
    button.textContent = own ? button.dataset.race : button.dataset.own;
    button.setAttribute("aria-pressed", String(own));
  }

  function dress(time) {
    const race = time.dataset.race;
    if (own && race === undefined) {
      time.dataset.race = time.textContent;
      time.textContent = shifted(time.textContent, shift);
    } else if (!own && race !== undefined) {
      time.textContent = race;
      delete time.dataset.race;
    }
  }

  button.addEventListener("click", () => {
    own = !own;
    remember(CHOICE, own ? "own" : "");
    show();
  });
  // Lines that the stream replaces come in race time; others come back as they were taken out.
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        if (node.matches("time")) dress(node);
        for (const time of node.querySelectorAll("time")) dress(time);
      }
    }
  }).observe(main, { childList: true, subtree: true });
  show();
}

/** A clock's text so many minutes later; what is on another day says so: `+1 02:14`. */
function shifted(text, minutes) {
  return text.replace(CLOCK, (_, sign, days, hour, minute, rest) => {
    const day = sign ? Number(days) * (sign === "+" ? 1 : -1) : 0;
    const all = day * DAY_MINUTES + Number(hour) * 60 + Number(minute) + minutes;
    const on = Math.floor(all / DAY_MINUTES);
    const left = all - on * DAY_MINUTES;
    const clock = `${two(Math.floor(left / 60))}:${two(left % 60)}${rest}`;
    return on ? `${on > 0 ? "+" : "−"}${Math.abs(on)} ${clock}` : clock;
  });
}

function two(number) {
  return String(number).padStart(2, "0");
}

/** Puts the way to the device's own language at the top, unless another was chosen before. */
function offerLanguage(nav) {
  if (!nav) return;
  const links = [...nav.querySelectorAll("a[hreflang]")];
  for (const link of links) {
    link.addEventListener("click", () => remember(LANGUAGE, link.hreflang));
  }
  const wanted = remembered(LANGUAGE) || (navigator.language ?? "").split("-")[0];
  const link = links.find((other) => other.hreflang === wanted);
  if (!link || link.hasAttribute("aria-current")) return;
  const way = link.cloneNode(true);
  way.className = "own-language";
  document.querySelector(".top")?.append(way);
}

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be forbidden: then nothing is remembered
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice holds for this page.
  }
}
