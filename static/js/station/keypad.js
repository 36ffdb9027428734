// The keypad: big keys that write a bib, and the bib as it is written.

import { h, icon, onPress } from "./dom.js";

const LONGEST = 12;

/** Keys that write into `bib`, a Written; `feedback` is felt at each. */
export function keypad(bib, feedback) {
  const key = (name, ...inside) => onPress(
    h("button", { type: "button", "data-digit": name }, ...inside),
    () => {
      feedback.give("key");
      bib.add(name);
    },
  );
  const remove = onPress(
    h("button", { type: "button", "aria-label": "Delete", "data-digit": "delete" }, icon("delete")),
    () => {
      feedback.give("key");
      bib.remove();
    },
  );
  return h("div", { class: "keys", role: "group", "aria-label": "Bib" },
    [..."123456789"].map((digit) => key(digit, digit)),
    key("?", "?", h("small", { text: "unread" })), key("0", "0"), remove);
}

/** A bib that is being written. `tap` is the moment of its first digit. */
export class Written extends EventTarget {
  text = "";
  tap = null;
  #moment;

  constructor(moment) {
    super();
    this.#moment = moment;
  }

  add(digit) {
    if (this.text.length >= LONGEST) return;
    if (this.text === "") this.tap = this.#moment();
    this.text += digit;
    this.dispatchEvent(new Event("change"));
  }

  remove() {
    this.text = this.text.slice(0, -1);
    if (this.text === "") this.tap = null;
    this.dispatchEvent(new Event("change"));
  }

  /** This moment in the place of the first digit's. */
  retake() {
    this.tap = this.#moment();
    this.dispatchEvent(new Event("change"));
  }

  clear() {
    this.text = "";
    this.tap = null;
    this.dispatchEvent(new Event("change"));
  }
}

/** Whether a key that was struck writes a bib: digits, `?` and `*`, Backspace. True if it was one. */
export function typedInto(bib, event) {
  if (/^[0-9?*a-z]$/i.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const isLetter = /[a-z]/i.test(event.key);
    // Letters come after digits, `15a`; with the shift key they are commands.
    if (isLetter && (bib.text === "" || event.shiftKey)) return false;
    bib.add(event.key === "*" ? "?" : event.key.toLowerCase());
    return true;
  }
  if (event.key === "Backspace") bib.remove();
  else if (event.key === "Delete") bib.clear();
  else return false;
  return true;
}
