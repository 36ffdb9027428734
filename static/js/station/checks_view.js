// Kit and water: what was looked at, and what was missing.

import { h, write } from "./dom.js";
import { keypad, typedInto, Written } from "./keypad.js";
import { checkText } from "./more_view.js";
import { page } from "./page.js";
import { bibOf, isUnread, whoIs } from "./roster.js";

export function checksView(app, { bib: begun = "" }) {
  const { journal, feedback, place } = app;
  const bib = new Written(() => journal.tap());
  const missing = new Set();
  const output = h("output", { "aria-label": "Bib" });
  const name = h("span", { class: "who" });
  const entry = h("div", { class: "entry short", tabindex: "-1" }, output, name);
  const marks = place.checks.map((check) => {
    const says = h("span");
    const button = h("button", {
      type: "button", class: "check", "aria-pressed": "false",
      onclick: () => {
        if (!missing.delete(check)) missing.add(check);
        feedback.give("key");
        show();
      },
    }, h("b", { text: checkText(check) }), says);
    return { check, button, says };
  });
  const keep = h("button", { type: "button", class: "rec", onclick: () => record() });

  async function record() {
    const text = bibOf(bib.text);
    if (text === "" || isUnread(text)) {
      feedback.give("refused");
      write(name, "Type the whole bib first.");
      return;
    }
    const items = place.checks.filter((check) => missing.has(check));
    const tap = bib.tap;
    bib.clear();
    missing.clear();
    await app.actions.observe(items.length === 0 ? "kit_complete" : "kit", {
      bib: text, tap, items: items.length === 0 ? place.checks : items,
      reason: items.length === 0 ? "Kit complete" : `Missing: ${items.map(checkText).join(", ")}`,
    });
    feedback.give("recorded");
    show();
    const said = items.length === 0 ? `${text}: all there` : `${text}: ${items.map(checkText).join(", ")} missing`;
    write(name, `${said}. Noted.`);
    app.say(`${said}. Noted.`);
  }

  function show() {
    write(output, bib.text);
    write(name, bib.text === "" ? "Touch what is missing" : whoIs(journal, bibOf(bib.text)).name);
    for (const { check, button, says } of marks) {
      button.setAttribute("aria-pressed", String(missing.has(check)));
      write(says, missing.has(check) ? "missing" : "there");
    }
    const who = bib.text === "" ? "" : ` ${bib.text}`;
    write(keep, missing.size === 0 ? `All there${who}` : `${missing.size} missing${who}`);
  }

  function struck(event) {
    if (typedInto(bib, event)) {
      if (document.activeElement !== entry) entry.focus({ preventScroll: true });
      return true;
    }
    if (event.key !== "Enter" || document.activeElement?.matches("button:focus-visible")) return false;
    record();
    return true;
  }

  bib.addEventListener("change", show);
  const view = page(app, { title: "Kit and water", struck, update: show, begin: entry },
    h("div", { class: "checks" }, marks.map(({ button }) => button)));
  view.element.append(entry, keypad(bib, feedback), h("div", { class: "go taps ways-1" }, keep));
  view.element.classList.add("keyed");
  for (const digit of begun) bib.add(digit);
  show();
  return view;
}
