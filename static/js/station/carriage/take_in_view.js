// "Take in from another phone": codes by the camera, pictures of codes, files, pasted text. What
// is taken in is kept on this phone, and sent by it.
//
//   import { mountTakeIn } from "./carriage/take_in_view.js";
//   const unmount = mountTakeIn(root, journal);
//
// `root` is an empty element of the page, which this fills; `unmount` ends what it runs. It takes
// from the journal (journal.js): posts and takeIn. The styles are static/css/carriage.css.

import { TAKEN_BEGIN, takenWord } from "./codes.js";
import { takeInto } from "./lots.js";
import { drawCode } from "./picture.js";
import { Pile } from "./pile.js";
import { codesInPicture, scan } from "./scanner.js";
import { h } from "../dom.js";
import { count, noCameraWords } from "./words.js";

const WORD_SIDE = 180; // CSS pixels of the code that confirms

export function mountTakeIn(root, journal) {
  const view = new TakeIn(root, journal);
  return () => view.end();
}

class TakeIn {
  #root;
  #journal;
  #pile = new Pile();
  #sum = { taken: 0, known: 0 };
  #seen = new Set();
  #queue = Promise.resolve();
  #stopCamera = null;
  #video = h("video", { class: "carriage-video", hidden: true });
  #camera = h("button", { type: "button", class: "btn main", "data-camera": "", onclick: () => this.#toggleCamera() }, "Scan with the camera");
  #said = h("p", { class: "carriage-said", role: "status" });
  #progress = h("div", { class: "carriage-progress" });
  #confirmed = h("div", { class: "carriage-taken" });
  #troubles = h("ul", { class: "carriage-troubles" });

  constructor(root, journal) {
    this.#root = root;
    this.#journal = journal;
    const pasted = h("textarea", { id: "carriage-pasted", rows: 4, spellcheck: "false", autocomplete: "off", class: "carriage-text" });
    root.replaceChildren(h("div", { class: "carriage" },
      h("h2", {}, "Take in from another phone"),
      h("p", {}, "The other phone shows codes under “Hand over”. Point this camera at them until none is missing."),
      this.#camera, this.#video, this.#said, this.#progress, this.#confirmed, this.#troubles,
      h("div", { class: "carriage-others" },
        h("label", { class: "btn" }, "Picture of a code", h("input", {
          type: "file", accept: "image/*", multiple: true, class: "sr", "data-picture": "",
          onchange: (event) => this.#takePictures(event.target),
        })),
        h("label", { class: "btn" }, "File", h("input", {
          type: "file", accept: ".json,.txt,application/json,text/plain", class: "sr", "data-file": "",
          onchange: (event) => this.#takeFile(event.target),
        }))),
      h("form", { onsubmit: (event) => {
        event.preventDefault();
        this.#take(pasted.value, true).then(() => { pasted.value = ""; });
      } },
      h("div", { class: "field" }, h("label", { for: "carriage-pasted" }, "Text of codes or messages, in any order"), pasted),
      h("button", { class: "btn" }, "Take the text in"))));
  }

  end() {
    this.#stopCamera?.();
    this.#root.replaceChildren();
  }

  async #toggleCamera() {
    if (this.#stopCamera) {
      this.#endCamera();
      return;
    }
    this.#video.hidden = false;
    try {
      this.#stopCamera = await scan(this.#video, (text) => this.#seeOne(text));
      this.#camera.textContent = "Stop the camera";
      this.#say("Looking for a code.");
    } catch (error) {
      this.#video.hidden = true;
      this.#say(`${noCameraWords(error.reason)} What works: “Picture of a code” takes a photograph of each; a QR app reads them as text to paste; the other phone can give a file.`, true);
    }
  }

  #endCamera() {
    this.#stopCamera?.();
    this.#stopCamera = null;
    this.#video.hidden = true;
    this.#camera.textContent = "Scan with the camera";
  }

  // The camera sees the same code many times a second.
  async #seeOne(text) {
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    await this.#take(text, false);
  }

  async #takePictures(input) {
    const files = [...input.files];
    input.value = "";
    for (const file of files) {
      const texts = await codesInPicture(file);
      if (!texts.length) this.#trouble(`${file.name}: no code is seen in it. Go nearer, hold still, mind the glare.`);
      for (const text of texts) await this.#take(text, true);
    }
  }

  async #takeFile(input) {
    const [file] = input.files;
    input.value = "";
    if (file) await this.#take(await file.text(), true);
  }

  // One after the other: what is read must be kept before it is said to be.
  #take(text, isDeliberate) {
    const done = this.#queue.then(() => this.#takeOne(text, isDeliberate));
    this.#queue = done.catch(() => {});
    return done;
  }

  async #takeOne(text, isDeliberate) {
    const got = await this.#pile.take(text);
    if (got.carried.length) {
      const { taken, known, unfit } = await takeInto(this.#journal, got.carried);
      if (unfit) this.#trouble(`${count(unfit, "row")} hold no record of a station: not taken.`);
      this.#sum.taken += taken;
      this.#sum.known += known;
    }
    for (const told of got.troubles) this.#trouble(told);
    if (isDeliberate) for (const told of got.passedOver) this.#trouble(`Passed over: “${told}”`);
    if (got.words.length) this.#trouble("That code confirms a hand-over: it is for the phone that gave the records.");
    if (!got.carried.length && !got.isNew && !got.troubles.length && !got.words.length) {
      this.#say(isDeliberate && !got.passedOver.length ? "That is here already." : "That is no code of a station.");
    }
    if (got.isNew || got.carried.length) this.#tell();
  }

  #tell() {
    const { series } = this.#pile;
    this.#progress.replaceChildren(...series.map(({ kind, total, missing }) => h("div", {},
      h("p", { "data-progress": "" }, missing.length
        ? `${total - missing.length} of ${total} ${kind}s, missing ${missing.join(", ")}`
        : `${total === 1 ? `The ${kind} is` : `All ${total} ${kind}s are`} here`),
      h("ol", { class: "carriage-cells", "aria-hidden": "true" }, ...Array.from({ length: total }, (_, n) => h("li", {
        class: missing.includes(n + 1) ? "" : "is-here",
      }, String(n + 1)))))));
    if (this.#sum.taken || this.#sum.known) {
      this.#say(`${count(this.#sum.taken, "record")} taken in${this.#sum.known ? `, ${this.#sum.known} known already` : ""}. They are kept on this phone and sent from here.`);
    }
    const whole = series.filter(({ kind, missing }) => kind === "code" && !missing.length);
    this.#confirmed.replaceChildren(...whole.map(({ batch }) => {
      const canvas = h("canvas", { class: "carriage-code", role: "img", "aria-label": "Code that confirms the hand-over" });
      drawCode(canvas, TAKEN_BEGIN + takenWord(batch), WORD_SIDE);
      return h("div", {}, h("p", {}, "Tell the other phone this word, or let it scan this code:"),
        h("p", { class: "carriage-word", "data-word": "" }, takenWord(batch)), canvas);
    }));
    if (whole.length && series.every(({ missing }) => !missing.length)) this.#endCamera();
  }

  #say(text, isAttention = false) {
    this.#said.textContent = text;
    this.#said.classList.toggle("message", isAttention);
    this.#said.classList.toggle("attention", isAttention);
  }

  #trouble(text) {
    this.#troubles.prepend(h("li", {}, text));
    while (this.#troubles.children.length > 8) this.#troubles.lastElementChild.remove();
  }
}
