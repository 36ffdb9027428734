// What is not needed every minute: notes, typed times, paper, radio, checks, finding somebody.

import { field, page, choice } from "./page.js";
import { h } from "./dom.js";
import { bibOf, isUnread } from "./roster.js";
import { typedTime } from "./times.js";

export function moreView(app, { bib = "" }) {
  const go = (view, title, sub) => h("button", {
    type: "button", class: "bigrow", onclick: () => app.go(view, { bib }),
  }, h("b", { text: title }), h("span", { text: sub }));
  return page(app, { title: "Note, paper, radio" },
    h("div", { class: "rows" },
      go("note", "Note", "What the director should know"),
      go("typed", "A time from paper", "One bib, its time typed"),
      go("paper", "A whole sheet", "Rows of bibs and times"),
      go("group", "Several at once", "A group at one time, or a list by radio"),
      go("checks", "Kit and water", app.place.checks.map(checkText).join(", ")),
      go("lists", "Who is still to come", "To come, passed, out; find a runner"),
      app.place.guns.length > 0 ? go("start", "Give the start", "Gun and waves") : null));
}

export function checkText(check) {
  return check.replaceAll("_", " ");
}

/** A note, of somebody or of the place. */
export function noteView(app, { bib = "" }) {
  const bibField = field("Bib, if it is about somebody", { value: bib, inputmode: "numeric", autocomplete: "off", maxlength: 12 });
  const textField = field("Note", { maxlength: 300, autocomplete: "off" });
  const said = h("p", { class: "fault", role: "status" });
  return page(app, { title: "Note", begin: textField.input },
    h("form", {
      class: "stack", novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const text = textField.input.value.trim();
        const about = bibOf(bibField.input.value);
        if (text === "" || (about !== "" && isUnread(about))) {
          said.textContent = text === "" ? "Write the note first." : "A note needs the whole bib, or none.";
          (text === "" ? textField : bibField).input.focus();
          return;
        }
        await app.actions.observe("note", { bib: about, reason: text });
        app.feedback.give("recorded");
        app.back("Noted.");
      },
    }, bibField.element, textField.element, said, h("button", { class: "btn main big", text: "Keep the note" })));
}

/** One bib with a time that somebody wrote down. */
export function typedView(app, { bib = "" }) {
  const { place } = app;
  const bibField = field("Bib", { value: bib, inputmode: "numeric", autocomplete: "off", maxlength: 12 });
  const timeField = field("Time", { inputmode: "numeric", autocomplete: "off", maxlength: 12 }, "1012 is 10:12, 101233 is 10:12:33. With + before it: the day after.");
  const noteField = field("Note", { maxlength: 200, autocomplete: "off" });
  const ways = place.ways.length > 1
    ? choice("Way", place.ways.map(({ code, label }) => [code, label]), place.ways[0].code) : null;
  const source = choice("From", [["paper", "Paper"], ["radio", "Radio"]], "paper");
  const said = h("p", { class: "fault", role: "status" });
  const done = h("p", { class: "done" });
  return page(app, { title: "A time from paper", begin: bibField.input },
    h("form", {
      class: "stack", novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const typed = typedTime(timeField.input.value);
        const text = bibOf(bibField.input.value);
        if (text === "" || typed === null) {
          said.textContent = text === "" ? "Write the bib, or ? where it was not read." : "The time is missing: 1012 is 10:12.";
          (text === "" ? bibField : timeField).input.focus();
          return;
        }
        const felt = await app.actions.record([{
          bib: text, control: ways === null ? place.ways[0].code : ways.value(), typed,
          source: source.value(), note: noteField.input.value.trim() || undefined,
        }]);
        app.feedback.give(felt);
        said.textContent = "";
        app.say(`${text} recorded at ${typed}`);
        done.textContent = `${text} recorded at ${typed}.`;
        for (const { input } of [bibField, timeField, noteField]) input.value = "";
        bibField.input.focus();
      },
    }, h("div", { class: "two" }, bibField.element, timeField.element), ways?.element, source.element, noteField.element, said,
    h("button", { class: "btn main big", text: "Record it" })), done);
}
