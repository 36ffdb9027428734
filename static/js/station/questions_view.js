// What the timekeepers ask, and the answers.

import { h } from "./dom.js";
import { field, page } from "./page.js";
import { clockText } from "./times.js";

const QUICK = ["Yes", "No", "Not sure"];

export function questionsView(app) {
  const { journal } = app;
  const list = h("ul", { class: "questions" });
  let shown = null;

  function question({ id, text, by, at, bib, record }) {
    const words = field("Your answer", { maxlength: 300, autocomplete: "off" });
    const answer = async (said) => {
      if (said === "") {
        words.input.focus();
        return;
      }
      await app.actions.observe("answer", { bib: bib ?? "", reason: said, items: [id, record].filter(Boolean) });
      app.settings.set("answered", [...app.settings.get("answered").slice(-100), id]);
      app.feedback.give("recorded");
      app.say("Answered.");
      app.changed();
    };
    return h("li", {},
      h("p", { class: "ask" }, text),
      h("p", { class: "hint", text: [by, clockText(at, journal.post, true), bib ? `about ${bib}` : ""].filter(Boolean).join(" · ") }),
      h("div", { class: "buttons" }, QUICK.map((said) => h("button", { type: "button", class: "btn", text: said, onclick: () => answer(said) }))),
      h("form", {
        class: "rowform", novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          answer(words.input.value.trim());
        },
      }, words.element, h("button", { class: "btn main", text: "Answer" })));
  }

  return page(app, {
    title: "Questions",
    sub: "From the timekeepers",
    update() {
      // A half-written answer stays: the list is made anew only when the questions are others.
      const sign = app.openQuestions.map(({ id }) => id).join();
      if (sign === shown) return;
      shown = sign;
      list.replaceChildren(...(app.openQuestions.length > 0 ? app.openQuestions.map(question)
        : [h("li", {}, h("p", { text: "No open question." }))]));
    },
  }, list);
}
