// Bib first: the bib is typed, the time kept is that of its first digit.

import { entriesHere, linesList } from "./lines_list.js";
import { h, icon, mark, onPress, write } from "./dom.js";
import { holdKey } from "./hold.js";
import { keypad, typedInto, Written } from "./keypad.js";
import { alreadyText, bibOf, entryOf, isBeginning, isUnread, whoIs } from "./roster.js";
import { clockText } from "./times.js";

export function bibView(app) {
  const { journal, feedback, place } = app;
  const bib = new Written(() => journal.tap());
  let outcome = null;
  const list = linesList(app);
  const output = h("output", { "aria-label": "Bib" });
  const name = h("b");
  const detail = h("span");
  const entry = h("div", { class: "entry", tabindex: "-1" }, output, h("div", { class: "who" }, name, detail));
  const nowTime = h("time");
  const now = onPress(
    h("button", { type: "button", class: "now", "data-now": true },
      h("b", { text: "Now" }), nowTime, h("small", { text: "take this time" })),
    () => {
      feedback.give("tap");
      if (bib.text !== "") bib.retake();
    },
  );
  const keys = place.ways.map(({ code, way, label }) => {
    const word = h("span");
    const time = h("time");
    const button = onPress(
      h("button", { type: "button", class: "rec", "data-way": way || "record" }, word, time),
      () => record(code),
    );
    return { code, label, word, time, button };
  });

  const withdrawn = h("button", { type: "button", class: "tool" }, icon("user-x"), h("span", { text: "Withdrawn" }), h("small", { text: "hold" }));
  const holding = holdKey(withdrawn, {
    mayStart: () => isWhole("Type the bib, then hold Withdrawn."),
    act: () => observe("withdrawal", "Withdraws here", "withdrawn here"),
    onEarly: () => tell("Hold Withdrawn for a second.", ""),
    onArmed: () => app.say(`Press again to note that ${bib.text} withdraws here.`),
  });
  const tools = h("div", { class: "tools" },
    h("button", { type: "button", class: "tool", onclick: () => app.mode("time") }, icon("clock"), h("span", { text: "Time first" })),
    withdrawn,
    h("button", {
      type: "button", class: "tool",
      onclick: () => isWhole("Type the bib of who helped another.") && observe("helped", "Helped another runner", "helped"),
    }, icon("hand-helping"), h("span", { text: "Helped" })),
    h("button", { type: "button", class: "tool", onclick: () => app.go("more", { bib: bib.text }) }, icon("pencil"), h("span", { text: "Note, paper" })));
  const element = h("div", { class: "view" }, list.element, entry, keypad(bib, feedback),
    h("div", { class: `go ways-${keys.length}` }, now, keys.map(({ button }) => button)), tools);

  bib.addEventListener("change", () => {
    outcome = null;
    show();
  });

  function tell(first, second) {
    outcome = { first, second };
    show();
    app.say(`${first} ${second}`.trim());
  }

  function isWhole(else_) {
    const known = bibOf(bib.text);
    if (known !== "" && !isUnread(known)) return true;
    feedback.give("refused");
    tell(else_, known === "" ? "" : "All its digits are needed.");
    return false;
  }

  async function record(code) {
    if (bib.text === "") {
      feedback.give("refused");
      tell("Type the bib first.", "Or ? where it was not read.");
      return;
    }
    const { text, tap } = bib;
    bib.clear();
    const felt = await app.actions.record([{ bib: text, control: code, tap }]);
    feedback.give(felt);
    const at = clockText(journal.estimate(tap).time, journal.post);
    const way = place.ways.length > 1 ? `${place.ways.find((one) => one.code === code).way} ` : "";
    const also = { recorded: "", unknown: "Not in the start list: kept, marked.", again: "Was here already: both are kept." };
    if (bib.text === "") tell(`${text} recorded ${way}${at}`, also[felt]);
    else app.say(`${text} recorded`);
  }

  async function observe(observed, reason, word) {
    const { text, tap } = bib;
    bib.clear();
    await app.actions.observe(observed, { bib: text, reason, tap });
    feedback.give("recorded");
    tell(`${text} ${word}, noted`, "Touch the line to add more.");
  }

  function show() {
    write(output, bib.text);
    const known = bibOf(bib.text);
    const who = whoIs(journal, known);
    const isPart = who.kind === "unknown" && isBeginning(journal, known);
    const entry_ = entryOf(journal, known);
    const already = entry_ === null ? "" : alreadyText({ ...app, bib: entry_.bib });
    write(name, outcome?.first ?? (isPart ? "…" : who.name));
    write(detail, outcome?.second ?? (isPart ? "" : sentence(who, already, entry_)));
    element.classList.toggle("already", already !== "" && outcome === null);
    for (const { label, word, button } of keys) {
      write(word, bib.text === "" ? label : `${label} ${bib.text}`);
      mark(button, "data-empty", bib.text === "" ? "true" : null);
    }
    tick();
  }

  function sentence(who, already, entry_) {
    if (already !== "") return `${already[0].toUpperCase()}${already.slice(1)}`;
    if (entry_ === null) return who.detail;
    const field = journal.field(place.stage, place.ways[0].code)?.entries.get(entry_.bib);
    if (field?.state === "out") return `${who.detail} · out, says the desk`;
    if (field?.expected) return `${who.detail} · expected ${clockText(field.expected, journal.post, true)}`;
    return who.detail;
  }

  function tick() {
    const moment = clockText(journal.estimate(journal.tap()).time, journal.post);
    const text = bib.tap === null ? moment : clockText(journal.estimate(bib.tap).time, journal.post);
    write(nowTime, moment);
    for (const { time } of keys) write(time, text);
  }

  function struck(event) {
    if (typedInto(bib, event)) {
      if (document.activeElement !== entry) entry.focus({ preventScroll: true });
      feedback.give("key");
      return true;
    }
    const isElsewhere = document.activeElement?.matches("button:focus-visible") ?? false;
    if (event.key === "Enter" && !isElsewhere) record(keys[event.shiftKey ? keys.length - 1 : 0].code);
    else if (event.key === "+") record(keys.at(-1).code);
    else if (event.key === " " && !isElsewhere && bib.text !== "") bib.retake();
    else if (event.key === "Escape") bib.clear();
    else if (event.key === "W" && event.shiftKey && !event.repeat) holding.start();
    else return false;
    return true;
  }

  return {
    element,
    title: "Bib first",
    start: entry,
    update: () => {
      list.update(entriesHere(app));
      show();
    },
    tick,
    struck,
    released: (event) => event.key.toLowerCase() === "w" && holding.early(),
  };
}
