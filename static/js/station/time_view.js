// Time first: a tap as each crosses; the bibs afterwards, in order.

import { h, icon, mark, onPress, write } from "./dom.js";
import { keypad, typedInto, Written } from "./keypad.js";
import { linesList } from "./lines_list.js";
import { byTime, waiting } from "./order.js";
import { bibOf, isBeginning, whoIs } from "./roster.js";
import { clockText } from "./times.js";

export function timeView(app) {
  const { journal, feedback, place, settings } = app;
  const bib = new Written(() => journal.tap());
  const list = linesList(app, {
    isMarked: ({ id }) => id === target?.id,
    words: (line) => wordsOf(line),
  });
  let target = null;
  let open = [];
  let outcome = "";
  const output = h("output", { "aria-label": "Bib" });
  const name = h("b");
  const detail = h("span");
  const giveWord = h("b", { text: "Give" });
  const giveTime = h("time");
  const give = onPress(h("button", { type: "button", class: "give" }, giveWord, giveTime), () => assign());
  const entry = h("div", { class: "entry short", tabindex: "-1" }, output,
    h("div", { class: "who" }, name, detail), give);
  const taps = place.ways.map(({ code, way, label }) => {
    const time = h("time");
    const button = onPress(
      h("button", { type: "button", class: "rec tap", "data-way": way || "tap" },
        h("span", { text: way === "" ? "Tap" : `Tap ${label.toLowerCase()}` }), time),
      () => tap(code),
    );
    return { code, time, button };
  });
  const gap = h("button", { type: "button", class: "tool", onclick: () => skip() },
    icon("x"), h("span", { text: "Gap" }));
  const fix = h("button", {
    type: "button", class: "tool",
    onclick: () => {
      const line = target ?? byTime(app.lines).at(-1);
      if (line !== undefined) app.go("line", { id: line.id });
      else tell("Nothing to put right yet.");
    },
  }, icon("sliders-horizontal"), h("span", { text: "Insert, shift" }));
  const element = h("div", { class: "view" }, list.element, entry, keypad(bib, feedback),
    h("div", { class: `go taps ways-${taps.length}` }, taps.map(({ button }) => button)),
    h("div", { class: "tools" },
      h("button", { type: "button", class: "tool", onclick: () => app.mode("bib") }, h("span", { class: "plate", text: "12" }), h("span", { text: "Bib first" })),
      gap, fix,
      h("button", { type: "button", class: "tool", onclick: () => app.go("more", {}) }, icon("pencil"), h("span", { text: "Note, paper" }))));

  bib.addEventListener("change", () => {
    outcome = "";
    show();
  });

  function tell(text) {
    outcome = text;
    show();
    app.say(text);
  }

  async function tap(code) {
    const at = journal.tap();
    feedback.give("tap");
    await journal.keep([{ kind: "passing", stage: place.stage, control: code, bib: "", tap: at }]);
  }

  async function assign() {
    if (target === null || bib.text === "") {
      feedback.give("refused");
      tell(target === null ? "No tap waits for a bib." : "Type the bib, or Gap if nobody read it.");
      return;
    }
    const [line, text] = [target, bibOf(bib.text)];
    bib.clear();
    // The next one is asked for at once; the record of this one is on its way to the disk.
    target = open[1] ?? null;
    show();
    await app.actions.give([[line, text]], "Bib given after the tap");
    const { kind } = whoIs(journal, text);
    const isAgain = app.here.has(`${line.draft.control} ${text}`)
      && app.here.get(`${line.draft.control} ${text}`).id !== line.id;
    feedback.give(kind === "unknown" ? "unknown" : isAgain ? "again" : "recorded");
    app.say(`${text} given to ${clockText(line.time, journal.post)}`);
  }

  function skip() {
    if (target === null) {
      tell("No tap waits for a bib.");
      return;
    }
    const { id, time } = target;
    settings.set("gaps", [...settings.get("gaps").slice(-200), id]);
    bib.clear();
    tell(`${clockText(time, journal.post)} left without a bib.`);
    update();
  }

  function wordsOf(line) {
    if (line.isVoided || line.bib !== "") return "";
    if (line.id === target?.id) return "Next to get its bib";
    return settings.get("gaps").includes(line.id) ? "Not read" : "Waits for its bib";
  }

  function show() {
    write(output, bib.text);
    const who = whoIs(journal, bibOf(bib.text));
    const isPart = who.kind === "unknown" && isBeginning(journal, bibOf(bib.text));
    if (bib.text !== "") {
      write(name, isPart ? "…" : who.name);
      write(detail, isPart ? "" : who.detail);
    } else {
      write(name, outcome || (target === null ? "Tap as each crosses" : "Bib of this tap?"));
      write(detail, target === null ? (outcome ? "" : "Bibs afterwards.")
        : `${open.length} ${open.length === 1 ? "waits" : "wait"}`);
    }
    write(giveWord, bib.text === "" ? "Give" : `Give ${bib.text}`);
    write(giveTime, target === null ? "" : clockText(target.time, journal.post));
    mark(give, "data-empty", target === null || bib.text === "" ? "true" : null);
  }

  function update() {
    open = waiting(app.lines, settings.get("gaps"));
    target = open[0] ?? null;
    const lines = byTime(app.lines);
    list.update(lines);
    show();
    const item = target === null ? null : list.element.querySelector(".next");
    if (item !== null) {
      const [box, row] = [list.element.getBoundingClientRect(), item.getBoundingClientRect()];
      if (row.top < box.top || row.bottom > box.bottom) item.scrollIntoView({ block: "nearest" });
    }
  }

  function tick() {
    const text = clockText(journal.estimate(journal.tap()).time, journal.post);
    for (const { time } of taps) write(time, text);
  }

  function struck(event) {
    if (typedInto(bib, event)) {
      if (document.activeElement !== entry) entry.focus({ preventScroll: true });
      return true;
    }
    const isElsewhere = document.activeElement?.matches("button:focus-visible") ?? false;
    if (event.key === " " && !isElsewhere && !event.repeat) tap(taps[0].code);
    else if (event.key === "+" && !event.repeat) tap(taps.at(-1).code);
    else if (event.key === "Enter" && !isElsewhere) assign();
    else if (event.key === "-") skip();
    else if (event.key === "Escape") bib.clear();
    else return false;
    return true;
  }

  return { element, title: "Time first", start: entry, update, tick, struck };
}
