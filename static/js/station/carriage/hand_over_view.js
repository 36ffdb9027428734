// "Hand over / end of shift": what has not been sent leaves this phone as QR codes to another
// phone, as messages of 160 characters, or as a file. Nothing is deleted here by any of it.
//
//   import { mountHandOver } from "./carriage/hand_over_view.js";
//   const unmount = mountHandOver(root, journal);
//
// `root` is an empty element of the page, which this fills; `unmount` ends what it runs. It takes
// from the journal (journal.js): posts, status, leaving, shift, and the event "change".
// The styles are static/css/carriage.css.

import { scan } from "./scanner.js";
import { TooLong } from "./bytes.js";
import { saysTaken, writeCodes } from "./codes.js";
import { writeFile } from "./file.js";
import { handedIds, markHanded } from "./handed.js";
import { leavingRecords, lotsOf } from "./lots.js";
import { writeMessages } from "./messages.js";
import { drawCode } from "./picture.js";
import { h } from "../dom.js";
import { count, noCameraWords } from "./words.js";

const STEP_MS = 700; // how long a code is shown: a cheap camera looks five times in it
const LARGEST = 420; // CSS pixels of a code

export function mountHandOver(root, journal) {
  const view = new HandOver(root, journal);
  return () => view.end();
}

class HandOver {
  #root;
  #journal;
  #ends = [];
  #only = "unsent";
  #carried = [];
  #body = h("div", { class: "carriage-way" });
  #facts = h("p", { class: "carriage-facts", role: "status" });
  #shift = h("div", { class: "carriage-shift" });
  #ways = [];

  constructor(root, journal) {
    this.#root = root;
    this.#journal = journal;
    this.#ways = [
      ["codes", "QR codes to another phone", () => this.#showCodes()],
      ["messages", "Messages of 160 characters", () => this.#showMessages()],
      ["file", "A file", () => this.#showFile()],
    ].map(([name, label, show]) => h("button", {
      type: "button", class: "btn carriage-choice", "data-way": name, "aria-pressed": "false",
      onclick: (event) => this.#choose(event.currentTarget, show),
    }, label));
    const which = h("fieldset", { class: "seg carriage-which" }, h("legend", { class: "sr" }, "Which records"),
      ...[["unsent", "Not yet sent"], ["all", "All of this phone"]].map(([value, label]) => h("label", {}, h("input", {
        type: "radio", name: "carriage-which", value, checked: value === this.#only,
        onchange: () => { this.#only = value; this.#again(); },
      }), h("span", {}, label))));
    root.replaceChildren(h("div", { class: "carriage" },
      h("h2", {}, "Hand over, end of shift"), this.#facts, which,
      h("div", { class: "carriage-ways" }, ...this.#ways), this.#body, this.#shift));
    const changed = () => this.#tell();
    journal.addEventListener("change", changed);
    this.#tell();
    this.end = () => {
      journal.removeEventListener("change", changed);
      this.#stop();
      root.replaceChildren();
    };
  }

  #tell() {
    const { recorded, unsent, refused } = this.#journal.status;
    const handed = handedIds();
    const said = [
      unsent
        ? `${count(unsent, "record")} not yet sent.`
        : "All is sent: nothing has to be handed over.",
      `${count(recorded, "passing")} recorded in all.`,
    ];
    if (refused) said.push(`${count(refused, "record")} refused by the installation: give a file to the timekeepers.`);
    if (handed.size && unsent) said.push("What was handed over stays here until it is confirmed.");
    this.#facts.textContent = said.join(" ");
    this.#facts.classList.toggle("is-waiting", unsent > 0);
    this.#tellShift(unsent);
  }

  #tellShift(unsent) {
    const isEnded = this.#journal.status.shift === "ended";
    const words = isEnded
      ? `The shift has ended. ${unsent ? "The timekeepers see that this phone still holds records once it finds a network." : "Nothing is left on this phone that is not sent."}`
      : "When you leave your post: the timekeepers are told at the next contact.";
    const button = h("button", { type: "button", class: isEnded ? "btn" : "btn main", "data-shift": "", onclick: async () => {
      await this.#journal.shift(isEnded ? "on" : "ended");
      this.#tell();
    } }, isEnded ? "Go on with the shift" : "End the shift");
    const isFocused = this.#shift.contains(document.activeElement);
    this.#shift.replaceChildren(h("h3", {}, "End of shift"), h("p", {}, words), button);
    if (isFocused) button.focus();
  }

  async #choose(button, show) {
    for (const one of this.#ways) one.setAttribute("aria-pressed", String(one === button));
    this.#stop();
    this.#carried = await leavingRecords(this.#journal, this.#only);
    if (!this.#carried.length) {
      this.#body.replaceChildren(h("p", { class: "none" }, this.#only === "unsent"
        ? "Nothing is unsent. Choose “All of this phone” to give out everything."
        : "Nothing was recorded on this phone."));
      return;
    }
    try {
      await show();
      // On a small screen the ways stand above: what was asked for comes into sight.
      this.#body.scrollIntoView({ block: "start" });
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      this.#body.replaceChildren(h("p", { class: "message attention" }, "That is too much for this way. Give a file."));
    }
  }

  #again() {
    const pressed = this.#ways.find((one) => one.getAttribute("aria-pressed") === "true");
    pressed?.click();
  }

  #stop() {
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  // Codes ----------------------------------------------------------------------

  async #showCodes() {
    const { batch, texts } = await writeCodes(this.#carried);
    const canvas = h("canvas", { class: "carriage-code", role: "img" });
    const where = h("p", { class: "carriage-where", "data-where": "" });
    const play = h("button", { type: "button", class: "btn" });
    const text = h("textarea", { readonly: true, rows: 4, "aria-label": "The code as text", class: "carriage-text" });
    const numbers = texts.map((_, n) => h("button", {
      type: "button", class: "carriage-number", "aria-label": `Show code ${n + 1}`, onclick: () => { pause(); show(n); },
    }, String(n + 1)));
    let nth = 0;
    let timer = null;
    const show = (n) => {
      nth = (n + texts.length) % texts.length;
      drawCode(canvas, texts[nth], Math.min(LARGEST, this.#body.clientWidth || LARGEST));
      canvas.setAttribute("aria-label", `QR code ${nth + 1} of ${texts.length}`);
      where.textContent = `${nth + 1} of ${texts.length}`;
      text.value = texts[nth];
      numbers.forEach((one, k) => one.setAttribute("aria-current", String(k === nth)));
    };
    const pause = () => { clearInterval(timer); timer = null; play.textContent = "Go on by itself"; };
    const run = () => { timer = setInterval(() => show(nth + 1), STEP_MS); play.textContent = "Hold still"; };
    play.addEventListener("click", () => (timer === null ? run() : pause()));
    this.#ends.push(() => clearInterval(timer));
    this.#body.replaceChildren(
      h("p", {}, "On the other phone, open “Take in from another phone” and point its camera here. ",
        `${count(this.#carried.length, "record")}, ${count(texts.length, "code")}.`,
        this.#carried.some(({ key }) => key) ? " They hold the station's key: show them to your own people only." : ""),
      canvas, where,
      h("div", { class: "carriage-row", hidden: texts.length === 1 },
        h("button", { type: "button", class: "btn", onclick: () => { pause(); show(nth - 1); } }, "Back"),
        play,
        h("button", { type: "button", class: "btn", onclick: () => { pause(); show(nth + 1); } }, "Next")),
      h("div", { class: "carriage-numbers", hidden: texts.length === 1 }, ...numbers),
      this.#confirmation(batch),
      h("details", { class: "carriage-more" }, h("summary", {}, "As text"),
        h("p", {}, "Any QR app can read the codes and copy their text. It can be pasted where it is taken in."),
        text, copyButton(() => texts.join("\n"), "Copy all codes")),
    );
    show(0);
    if (texts.length > 1 && !matchMedia("(prefers-reduced-motion: reduce)").matches) run(); else pause();
  }

  #confirmation(batch) {
    const said = h("p", { role: "status" });
    const word = h("input", { id: "carriage-word", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 30 });
    const video = h("video", { class: "carriage-video", hidden: true });
    const ids = this.#carried.map(({ record }) => record.id);
    let stop = null;
    const endScan = () => { stop?.(); stop = null; video.hidden = true; };
    this.#ends.push(endScan);
    const accept = (text) => {
      if (!saysTaken(text, batch)) return false;
      endScan();
      markHanded({ batch, ids, at: Date.now() });
      said.className = "carriage-done";
      said.textContent = `Handed over: ${count(ids.length, "record")}. They stay on this phone too until they are confirmed.`;
      form.hidden = true;
      this.#tell();
      return true;
    };
    const form = h("form", { class: "carriage-confirm", onsubmit: (event) => {
      event.preventDefault();
      if (!accept(word.value)) said.textContent = "That is not the word of these codes. Look again at the other phone.";
    } },
    h("div", { class: "field" }, h("label", { for: "carriage-word" }, "When it has them all, the other phone shows a word"), word),
    h("button", { class: "btn main" }, "It has them"),
    h("button", { type: "button", class: "btn", onclick: async () => {
      try {
        video.hidden = false;
        stop = await scan(video, (text) => { accept(text); });
      } catch (error) {
        video.hidden = true;
        said.textContent = `${noCameraWords(error.reason)} Type the word instead.`;
      }
    } }, "Scan its code"), video);
    return h("div", {}, form, said);
  }

  // Messages -------------------------------------------------------------------

  async #showMessages() {
    const messages = writeMessages(this.#carried);
    this.#body.replaceChildren(
      h("p", {}, `${count(messages.length, "message")} for ${count(this.#carried.length, "record")}. Send each to the timekeepers as it stands, in any order. A lost one can be sent again by its number.`),
      h("ol", { class: "carriage-messages" }, ...messages.map((text, n) => h("li", {},
        h("h3", {}, `Message ${n + 1} of ${messages.length} `, h("small", {}, `${text.length} characters`)),
        h("code", { class: "carriage-message" }, text),
        h("div", { class: "carriage-row" }, copyButton(() => text, "Copy"),
          h("a", { class: "btn", href: `sms:?&body=${encodeURIComponent(text)}` }, "Open in messages"))))),
      copyButton(() => messages.join("\n"), "Copy all messages"),
    );
  }

  // File -----------------------------------------------------------------------

  async #showFile() {
    const made = Date.now();
    const device = this.#carried.find(({ record }) => record.device)?.record.device ?? "";
    const text = writeFile(lotsOf(this.#carried), { device, made });
    const name = `bivouac-${device || "station"}-${new Date(made).toISOString().slice(0, 16).replace(/[-:]/g, "")}.json`;
    const file = new File([text], name, { type: "application/json" });
    const address = URL.createObjectURL(file);
    this.#ends.push(() => URL.revokeObjectURL(address));
    const canShare = navigator.canShare?.({ files: [file] }) ?? false;
    this.#body.replaceChildren(
      h("p", {}, `${count(this.#carried.length, "record")}, ${Math.ceil(file.size / 1024)} KB, without the station's key. For the timekeepers' desk, or another phone at this post.`),
      h("div", { class: "carriage-row" },
        h("a", { class: "btn main", href: address, download: name }, "Save the file"),
        !canShare ? null : h("button", { type: "button", class: "btn", onclick: () => navigator.share({ files: [file] }).catch(() => {}) }, "Send it on")),
    );
  }
}

function copyButton(text, label) {
  const button = h("button", { type: "button", class: "btn", onclick: async () => {
    button.textContent = await copied(text()) ? "Copied" : "Mark the text and copy it";
    setTimeout(() => { button.textContent = label; }, 2000);
  } }, label);
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard but the old way.
    const area = h("textarea", { class: "sr" });
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}

