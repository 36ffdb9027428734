// At every moment: how many recorded, how many not yet sent, the clock, the last contact.

import { h, icon, write } from "./dom.js";
import { contactText, uncertaintyText } from "./times.js";

/** The bar; `update()` writes what `journal.status` says. */
export function stateBar(app) {
  const recorded = h("b", { text: "0" });
  const unsent = h("b", { text: "0" });
  const clock = h("span", { text: "" });
  const contact = h("span", { text: "" });
  const tower = icon("radio-tower");
  const away = icon("wifi-off");
  const unsentCell = h("span", { class: "cell" }, unsent, "not sent");
  const clockCell = h("span", { class: "cell" }, h("b", {}, icon("clock"), clock), "clock");
  const contactCell = h("span", { class: "cell" }, h("b", {}, tower, away, contact), "last contact");
  const element = h("div", { class: "counts", role: "group", "aria-label": "State" },
    h("span", { class: "cell" }, recorded, "recorded"), unsentCell, clockCell, contactCell);

  function update() {
    const { status, journal } = app;
    write(recorded, String(status.recorded));
    write(unsent, String(status.unsent));
    unsentCell.classList.toggle("unsent", status.unsent > 0);
    const known = status.clock;
    write(clock, known === null ? "not set" : uncertaintyText(known.uncertainty));
    clockCell.classList.toggle("doubt", known === null || known.uncertainty > 2000);
    tower.toggleAttribute("hidden", status.isReachable === false);
    away.toggleAttribute("hidden", status.isReachable !== false);
    const at = status.lastContact;
    write(contact, at === null ? "none" : contactText(at, journal.now, journal.post));
  }

  return { element, update };
}

/** What somebody must know: one sentence, the gravest first; null when all is well. */
export function warningOf({ status, openQuestions }) {
  const open = openQuestions.length;
  const { storage } = status;
  if (storage.place === "memory") {
    return { text: "This browser keeps nothing. Write on paper too, and send from the menu.", isGrave: true };
  }
  if (storage.isFull) {
    return { text: "No room left on this device. Free some, or hand over from the menu.", isGrave: true };
  }
  if (status.revoked !== null) {
    return { text: "This key was withdrawn. What you record now is kept here only.", isGrave: true };
  }
  if (status.isKeyUnknown) {
    return { text: "The installation reached does not know this key. All is kept here.", isGrave: true };
  }
  if (status.refused > 0) {
    return { text: `${status.refused} not accepted. They are kept: see the menu.`, isGrave: true };
  }
  if (storage.isLow) return { text: "Little room left on this device.", isGrave: false };
  if (storage.place === "local") {
    return { text: "Kept, but less safely than usual: see the menu.", isGrave: false };
  }
  if (status.shift === "ended") return { text: "The shift is ended here. Recording still works.", isGrave: false };
  if (status.isUpdateReady) return { text: "A new version is ready: see the menu.", isGrave: false };
  if (!status.isSecure) {
    return { text: "Not opened securely: it will not open without a network. See the menu.", isGrave: false };
  }
  if (open > 0) {
    return { text: open === 1 ? "A question from the timekeepers" : `${open} questions from the timekeepers`, isGrave: false, view: "questions" };
  }
  return null;
}
