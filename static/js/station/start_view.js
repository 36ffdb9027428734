// The start: a key for the gun and for each wave; the moment is the press's.

import { h, icon, onPress, write } from "./dom.js";
import { field, page } from "./page.js";
import { clockText, typedTime } from "./times.js";

export function startView(app) {
  const { journal, feedback, place } = app;
  const guns = place.guns.map((gun) => gunRow(app, gun, { feedback, journal, place }));

  function update() {
    const given = new Map();
    for (const ruling of journal.rulings()) {
      const { draft } = ruling;
      if (draft.ruling === "start" && draft.stage === place.stage) {
        given.set(draft.wave ?? "", ruling);
      }
    }
    for (const gun of guns) gun.update(given.get(gun.wave));
  }

  return page(app, {
    title: "Start", sub: `Stage ${place.stage}, ${place.stageName}`, update, tick: () => guns.forEach((gun) => gun.tick()),
  },
  h("p", { class: "hint", text: "Press at the gun: the time is that of the touch. It can be undone and put right." }),
  h("ul", { class: "guns" }, guns.map(({ element }) => element)));
}

function gunRow(app, { wave, label, planned, given: told }, { feedback, journal, place }) {
  const word = h("span");
  const time = h("time");
  const key = onPress(h("button", { type: "button", class: "rec gun" }, word, time), () => give());
  const facts = h("p", { class: "gunfacts" });
  const back = h("button", { type: "button", class: "btn", onclick: () => app.actions.undo(mine.id, "Start undone at the station") }, icon("undo-2"), "Undo");
  const other = field("Right time", { inputmode: "numeric", autocomplete: "off", maxlength: 10 }, "080002 is 08:00:02");
  const form = h("form", { class: "rowform", novalidate: true, onsubmit: (event) => correct(event) }, other.element, h("button", { class: "btn", text: "Put it right" }));
  const after = h("div", { class: "gunafter" }, facts, back, form);
  let mine;

  async function give() {
    if (mine !== undefined) {
      feedback.give("refused");
      app.say(`${label} is started. Undo it first.`);
      return;
    }
    const tap = journal.tap();
    feedback.give("tap");
    await app.actions.start({ stage: place.stage, wave, tap });
    feedback.give("recorded");
    app.say(`${label} started.`);
  }

  async function correct(event) {
    event.preventDefault();
    const typed = typedTime(other.input.value);
    if (typed === null) {
      app.say("No time: 080002 is 08:00:02.");
      other.input.focus();
      return;
    }
    await app.actions.start({ stage: place.stage, wave, typed, supersedes: mine?.id, tap: journal.tap() });
    other.input.value = "";
    app.say(`${label} started at ${typed}.`);
  }

  const startedAt = () => mine.draft.to ?? clockText(mine.time, journal.post);

  return {
    wave,
    element: h("li", {}, key, after),
    update(ruling) {
      mine = ruling;
      const isStarted = mine !== undefined;
      key.classList.toggle("given", isStarted);
      write(word, isStarted ? `${label} started` : `Start ${label}`);
      back.hidden = !isStarted;
      form.hidden = !isStarted;
      const plan = planned === null ? "" : `Planned ${clockText(planned, journal.post)}`;
      const said = told !== null && told !== undefined && !isStarted ? `Known already: ${clockText(told, journal.post)}` : "";
      write(facts, [plan, said].filter(Boolean).join(" · "));
      this.tick();
    },
    tick() {
      write(time, mine === undefined ? clockText(journal.estimate(journal.tap()).time, journal.post) : startedAt());
    },
  };
}
