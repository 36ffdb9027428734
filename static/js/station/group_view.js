// Several bibs at one time: a group that crosses together, or a list that comes by radio.

import { h, icon, onPress, write } from "./dom.js";
import { keypad, typedInto, Written } from "./keypad.js";
import { field, page, choice } from "./page.js";
import { bibOf, whoIs } from "./roster.js";
import { clockText, typedTime } from "./times.js";

export function groupView(app) {
  const { journal, feedback, place } = app;
  const bib = new Written(() => journal.tap());
  let chosen = [];
  let tap = null;
  const chips = h("ul", { class: "chips", "aria-label": "Bibs of the group" });
  const output = h("output", { "aria-label": "Bib" });
  const name = h("span", { class: "who" });
  const add = onPress(h("button", { type: "button", class: "give" }, icon("plus"), h("b", { text: "Add" })), () => addBib());
  const timeField = field("Time", { inputmode: "numeric", autocomplete: "off", maxlength: 12, placeholder: "the first bib’s" });
  timeField.input.addEventListener("input", () => show());
  const source = choice("From", [["", "Here"], ["radio", "Radio"], ["paper", "Paper"]], "");
  const entry = h("div", { class: "entry short", tabindex: "-1" }, output, name, add);
  const now = onPress(h("button", { type: "button", class: "btn", text: "Now" }), () => {
    tap = journal.tap();
    timeField.input.value = "";
    feedback.give("tap");
    show();
  });
  const keys = place.ways.map(({ code, label }) => {
    const word = h("span");
    const time = h("time");
    return { code, label, word, time, button: onPress(h("button", { type: "button", class: "rec" }, word, time), () => record(code)) };
  });

  bib.addEventListener("change", () => {
    if (tap === null && bib.text !== "") tap = bib.tap;
    show();
  });

  function addBib() {
    const text = bibOf(bib.text);
    if (text === "") return;
    if (!chosen.includes(text)) chosen.push(text);
    bib.clear();
    show();
  }

  async function record(code) {
    addBib();
    const typed = timeField.input.value.trim() === "" ? undefined : typedTime(timeField.input.value);
    if (chosen.length === 0 || typed === null) {
      feedback.give("refused");
      write(name, chosen.length === 0 ? "Type the bibs first." : "No time: 1012 is 10:12.");
      return;
    }
    const drafts = chosen.map((one) => ({
      bib: one, control: code, tap, ...(typed === undefined ? {} : { typed }),
      ...(source.value() === "" ? {} : { source: source.value() }),
    }));
    const said = `${chosen.length} recorded: ${chosen.join(", ")}`;
    chosen = [];
    tap = null;
    timeField.input.value = "";
    feedback.give(await app.actions.record(drafts));
    show();
    write(name, said);
    app.say(said);
  }

  function show() {
    write(output, bib.text);
    write(name, bib.text === "" ? (chosen.length === 0 ? "Bibs of those who crossed together" : "") : whoIs(journal, bibOf(bib.text)).name);
    chips.replaceChildren(...chosen.map((one) => h("li", {}, h("button", {
      type: "button", class: "chip", "aria-label": `Take ${one} out`,
      onclick: () => {
        chosen = chosen.filter((other) => other !== one);
        show();
      },
    }, one, icon("x")))));
    for (const { label, word } of keys) {
      write(word, chosen.length === 0 ? label : `${label} ${chosen.length + (bib.text === "" ? 0 : 1)}`);
    }
    tick();
  }

  function tick() {
    const typed = typedTime(timeField.input.value);
    const moment = tap ?? journal.tap();
    for (const { time } of keys) write(time, typed ?? clockText(journal.estimate(moment).time, journal.post));
  }

  function struck(event) {
    if (typedInto(bib, event)) {
      if (document.activeElement !== entry) entry.focus({ preventScroll: true });
      return true;
    }
    if (document.activeElement?.matches("button:focus-visible")) return false;
    if (event.key === "Enter" && bib.text !== "") addBib();
    else if (event.key === "Enter") record(keys[event.shiftKey ? keys.length - 1 : 0].code);
    else if (event.key === "+") record(keys.at(-1).code);
    else return false;
    return true;
  }

  const view = page(app, { title: "Several at once", tick, struck, update: show, begin: entry },
    chips, h("div", { class: "two" }, h("div", { class: "with" }, timeField.element, now), source.element));
  view.element.append(entry, keypad(bib, feedback), h("div", { class: `go taps ways-${keys.length}` }, keys.map(({ button }) => button)));
  view.element.classList.add("keyed");
  show();
  return view;
}
