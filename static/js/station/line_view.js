// One line: its bib, its time, undone or not; and for taps, insert and shift. Each is a new record.

import { shown } from "./actions.js";
import { field, page } from "./page.js";
import { h, icon } from "./dom.js";
import { byTime, oneEarlier, oneLater } from "./order.js";
import { whoIs } from "./roster.js";
import { clockText, typedTime, uncertaintyText } from "./times.js";

export function lineView(app, { id }) {
  const { journal, actions } = app;
  const seen = journal.rulings().find((one) => one.id === id);
  const line = app.lines.find((one) => one.id === id);
  if (line === undefined) return seen === undefined ? gone(app) : seenView(app, seen);
  const bib = shown(line.bib);
  const at = line.draft.typed ?? clockText(line.time, journal.post);
  const who = whoIs(journal, bib);

  const bibField = field("Bib", { value: bib, inputmode: "numeric", autocomplete: "off", maxlength: 12 });
  const timeField = field("Time", { value: at.replace(/^\+1 /, "+"), inputmode: "text", autocomplete: "off", maxlength: 12 },
    "1206 is 12:06, 120618 is 12:06:18");
  const noteField = field("Note", { value: "", maxlength: 200, autocomplete: "off" });
  const said = h("p", { class: "fault", role: "status" });

  const done = (text) => {
    app.feedback.give("recorded");
    app.back(text);
  };

  async function changeBib(event) {
    event.preventDefault();
    const typed = bibField.input.value.trim();
    if (typed === "" && (line.draft.bib ?? "") !== "") {
      said.textContent = "Write ? for what was not read, or undo the line.";
      return;
    }
    await actions.give([[line, typed.toLowerCase()]]);
    done(`${at} is ${typed || "without a bib"} now.`);
  }

  async function changeTime(event) {
    event.preventDefault();
    const typed = typedTime(timeField.input.value);
    if (typed === null) {
      said.textContent = `${timeField.input.value || "Nothing"} is no time: 1206 is 12:06.`;
      timeField.input.focus();
      return;
    }
    await actions.retime(line, typed);
    done(`${bib || "The entry"} is at ${typed} now.`);
  }

  async function addNote(event) {
    event.preventDefault();
    const text = noteField.input.value.trim();
    if (text === "") return;
    const about = bib === "" || bib.includes("?") ? {} : { bib };
    await actions.observe("note", { ...about, reason: text, items: [line.id] });
    done("Noted.");
  }

  async function insertBefore() {
    const row = byTime(app.lines);
    const nth = row.findIndex((one) => one.id === line.id);
    const before = row[nth - 1];
    const time = before === undefined ? line.time - 1000 : (before.time + line.time) / 2;
    await actions.insert(line, before && clockText(before.time, journal.post), clockText(time, journal.post));
    done("Inserted. Its bib is asked for next.");
  }

  const later = oneLater(app.lines, line, line.draft.control);
  const earlier = oneEarlier(app.lines, line, line.draft.control);
  const button = (text, act, { isMain = false, why = "" } = {}) => h("button", {
    type: "button", class: isMain ? "btn main" : "btn", disabled: why !== "", onclick: act,
  }, text, why === "" ? null : h("small", { text: why }));

  return page(app, { title: bib === "" ? "No bib yet" : bib, sub: who.name },
    h("dl", { class: "facts" },
      h("div", {}, h("dt", { text: "Time" }), h("dd", { text: at })),
      h("div", {}, h("dt", { text: "How exact" }), h("dd", { text: line.uncertainty === null ? "as typed" : uncertaintyText(line.uncertainty) })),
      h("div", {}, h("dt", { text: "Sent" }), h("dd", { text: { unsent: "not yet", sent: "yes", refused: `not accepted: ${line.message}` }[line.state] }))),
    said,
    h("form", { class: "rowform", onsubmit: changeBib, novalidate: true }, bibField.element, h("button", { class: "btn main", text: "Change the bib" })),
    h("form", { class: "rowform", onsubmit: changeTime, novalidate: true }, timeField.element, h("button", { class: "btn main", text: "Change the time" })),
    h("form", { class: "rowform", onsubmit: addNote, novalidate: true }, noteField.element, h("button", { class: "btn", text: "Add the note" })),
    line.isVoided
      ? button("Restore this line", async () => { await actions.restore(line); done(`${bib} stands again.`); })
      : button("Undo this line", async () => { await actions.undo(line.id); done(`${bib || at} undone.`); }),
    h("h2", { text: "The order of bibs" }),
    h("p", { class: "hint", text: "Times stay where they are; bibs move." }),
    h("div", { class: "stack" },
      button("Insert a missed runner before this", insertBefore),
      button("Bibs from here: one later", async () => { await actions.give(later, "Shifted at the station"); done("Shifted. This time waits for a bib."); },
        { why: later === null ? "no tap without a bib follows" : "" }),
      button("Bibs from here: one earlier", async () => { await actions.give(earlier, "Shifted at the station"); done("Shifted."); },
        { why: earlier === null ? "no bib follows" : "" })));
}

function seenView(app, seen) {
  const { draft } = seen;
  const noteField = field("More about it", { maxlength: 200, autocomplete: "off" });
  return page(app, { title: draft.bib ?? "Note", sub: draft.reason ?? draft.observed },
    h("form", {
      class: "rowform", novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const text = noteField.input.value.trim();
        if (text === "") return;
        await app.actions.observe("note", { bib: draft.bib ?? "", reason: text, items: [seen.id] });
        app.back("Noted.");
      },
    }, noteField.element, h("button", { class: "btn main", text: "Add it" })),
    h("button", {
      type: "button", class: "btn",
      onclick: async () => {
        await app.actions.undo(seen.id);
        app.back("Undone.");
      },
    }, icon("undo-2"), "Undo this"));
}

function gone(app) {
  return page(app, { title: "Not here", sub: "" }, h("p", { text: "This line is not here any more." }));
}
