// The station app: what is on the screen, and which key leads where.

import { Actions } from "./actions.js";
import { Awake } from "./awake.js";
import { bibView } from "./bib_view.js";
import { handOverView, takeInView } from "./carriage_views.js";
import { checksView } from "./checks_view.js";
import { h, icon, symbol, write } from "./dom.js";
import { Feedback } from "./feedback.js";
import { groupView } from "./group_view.js";
import { parseKey } from "./ids.js";
import { joinView } from "./join_view.js";
import { openJournal } from "./journal.js";
import { lineView } from "./line_view.js";
import { entriesHere } from "./lines_list.js";
import { listsView } from "./lists_view.js";
import { menuView } from "./menu_view.js";
import { moreView, noteView, typedView } from "./more_view.js";
import { paperView } from "./paper_view.js";
import { chosenPlace, placeFacts, placesOf } from "./places.js";
import { placeView } from "./place_view.js";
import { questionsView } from "./questions_view.js";
import { standing } from "./roster.js";
import { Settings, show } from "./settings.js";
import { startView } from "./start_view.js";
import { stateBar, warningOf } from "./state_bar.js";
import { timeView } from "./time_view.js";

const TICK_MS = 200;
const VIEWS = {
  bib: bibView, time: timeView, start: startView, line: lineView, more: moreView, note: noteView,
  typed: typedView, paper: paperView, group: groupView, checks: checksView, lists: listsView,
  menu: menuView, questions: questionsView, place: placeView, join: joinView,
  "hand over": handOverView, "take in": takeInView,
};
const NEED_A_PLACE = new Set(["bib", "time", "start", "line", "more", "note", "typed", "paper", "group", "checks", "lists"]);
const COMMANDS = { T: "switch", N: "more", L: "lists", M: "menu", U: "undo" };

class App {
  settings = new Settings();
  feedback = new Feedback(this.settings);
  awake = new Awake(this.settings);
  actions = new Actions(this);
  installation = null;
  place = null;
  lines = [];
  here = new Map();
  openQuestions = [];
  status;
  #view = null;
  #trail = [];
  #ticks = 0;
  #bar = stateBar(this);
  #said = h("p", { class: "sr", role: "status", "aria-live": "polite" });
  #mark = h("span", { class: "mark" });
  #name = h("h1");
  #facts = h("p", { class: "sub" });
  #warning = h("button", { type: "button", class: "warning", hidden: true, onclick: () => this.go(this.#warning.dataset.view, {}) });
  #lists = h("button", { type: "button", class: "ib", "aria-label": "Lists", onclick: () => this.go("lists", {}) }, icon("list"));
  #menu = h("button", { type: "button", class: "ib", "aria-label": "Menu", onclick: () => this.go("menu", {}) }, icon("menu"));
  #body = h("div", { class: "viewport" });
  #phone;

  constructor(journal) {
    this.journal = journal;
    this.status = journal.status;
  }

  begin(root) {
    show(this.settings);
    this.#phone = h("div", { class: "phone app" },
      h("header", { class: "bar" }, this.#mark, h("div", {}, this.#name, this.#facts), h("div", { class: "heads" }, this.#lists, this.#menu)),
      this.#bar.element, this.#warning, this.#body, this.#said);
    root.replaceChildren(this.#phone);
    this.settings.addEventListener("change", () => show(this.settings));
    this.journal.addEventListener("change", () => this.changed());
    addEventListener("keydown", (event) => this.#struck(event));
    addEventListener("keyup", (event) => this.#view?.released?.(event));
    addEventListener("hashchange", () => this.#followLink());
    addEventListener("popstate", () => this.#poppedBack());
    addEventListener("online", () => this.#joinLater());
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.installation = event;
    });
    setInterval(() => this.#tick(), TICK_MS);
    this.awake.hold();
    if (!this.#followLink()) {
      this.home();
      this.#joinLater();
    }
  }

  // Where one is -----------------------------------------------------------------------

  /** The view that is worked in: where nothing is chosen yet, the one that chooses. */
  home() {
    this.#trail = [];
    this.#locate();
    if (this.journal.post === null) this.#show("join", { key: this.settings.get("joining") });
    else if (this.place === null) this.#show("place", {});
    else this.#show(this.settings.get("mode"), {});
  }

  go(name, given) {
    if (this.place === null && NEED_A_PLACE.has(name)) return;
    this.#trail.push(name);
    // The device's own way back leads to the view that is worked in, not out of the app.
    if (!history.state?.isInside) history.pushState({ isInside: true }, "");
    this.#show(name, given);
  }

  /** To the view that is worked in; `said` is told there. */
  back(said = "") {
    this.home();
    if (said !== "") this.say(said);
  }

  /** Bib first or time first, from now on. */
  mode(name) {
    this.settings.set("mode", name);
    this.#trail = [];
    this.#show(name, {});
  }

  stand(id) {
    this.settings.set("places", { ...this.settings.get("places"), [this.journal.key]: id });
    this.#locate();
    this.home();
    if (this.place.guns.length > 0) this.go("start", {});
  }

  async join(text) {
    await this.journal.join(text);
    this.settings.set("joining", "");
    this.back();
  }

  say(text) {
    // The same words twice are said twice.
    this.#said.textContent = this.#said.textContent === text ? `${text}\u00a0` : text;
  }

  #show(name, given) {
    this.#view?.end?.();
    this.#refresh();
    this.#view = VIEWS[name](this, given);
    this.#body.replaceChildren(this.#view.element);
    this.#phone.dataset.view = name;
    this.#view.update();
    this.#view.tick?.();
    (this.#view.begin ?? this.#view.start).focus({ preventScroll: true });
  }

  #locate() {
    const { journal } = this;
    this.place = journal.post === null ? null
      : chosenPlace(placesOf(journal.post), this.settings.get("places")[journal.key]);
  }

  /** A link `/station#KEY` joins; the key does not stay in the address. */
  #followLink() {
    const key = parseKey(location.hash);
    if (location.hash === "" || key === null) return false;
    history.replaceState(null, "", location.pathname);
    const known = this.journal.posts.find((post) => post.key === key);
    if (known !== undefined) {
      this.journal.choose(key).then(() => this.home());
      return true;
    }
    this.#trail = [];
    this.#locate();
    this.#show("join", { key });
    return true;
  }

  #joinLater() {
    const key = this.settings.get("joining");
    if (key !== "" && this.journal.post === null && this.#phone.dataset.view !== "join") this.home();
    else if (key !== "") this.join(key).catch(() => {});
  }

  #poppedBack() {
    if (this.#trail.length > 0) this.home();
  }

  // What changes -----------------------------------------------------------------------

  changed() {
    const before = this.place?.id;
    this.#locate();
    if (this.#view === null) return;
    if (before !== undefined && this.place === null) {
      this.home();
      return;
    }
    this.#refresh();
    this.#view.update();
  }

  #refresh() {
    const { journal, place, settings } = this;
    this.status = journal.status;
    const answered = new Set(settings.get("answered"));
    this.openQuestions = this.status.questions.filter(({ id }) => !answered.has(id));
    this.lines = place === null ? [] : journal.lines({ stage: place.stage, base: place.base });
    this.here = standing(this.lines);
    const shownMark = place === null ? "" : `${place.symbol} ${place.number}`;
    if (this.#mark.dataset.shows !== shownMark) {
      this.#mark.dataset.shows = shownMark;
      this.#mark.replaceChildren(...(place === null ? [] : [symbol(place)]));
    }
    write(this.#name, place?.name ?? journal.post?.station.label ?? "Station");
    write(this.#facts, place === null ? (journal.post?.race.name ?? "Times from the field") : placeFacts(place));
    this.#lists.hidden = place === null;
    this.#menu.hidden = journal.post === null;
    this.#bar.element.hidden = journal.post === null;
    this.#bar.update();
    const warning = warningOf(this);
    this.#warning.hidden = warning === null;
    write(this.#warning, warning?.text ?? "");
    this.#warning.dataset.view = warning?.view ?? "menu";
    this.#warning.classList.toggle("grave", warning?.isGrave ?? false);
  }

  #tick() {
    this.#view?.tick?.();
    this.#ticks += 1;
    if (this.#ticks % 25 === 0 && this.#view !== null) this.changed();
  }

  // Keys -------------------------------------------------------------------------------

  #struck(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isWriting = event.target.matches?.("input, textarea, select, video") ?? false;
    if (event.key === "Escape" && this.#trail.length > 0) {
      event.preventDefault();
      this.back();
      return;
    }
    if (isWriting) return;
    if (event.shiftKey && Object.hasOwn(COMMANDS, event.key) && this.place !== null) {
      event.preventDefault();
      this.#command(COMMANDS[event.key]);
      return;
    }
    if (this.#view?.struck?.(event)) event.preventDefault();
  }

  #command(name) {
    if (name === "switch") this.mode(this.settings.get("mode") === "bib" ? "time" : "bib");
    else if (name === "undo") this.#undoLast();
    else this.go(name, {});
  }

  async #undoLast() {
    const last = entriesHere(this).filter(({ isVoided }) => !isVoided).at(-1);
    if (last === undefined) return;
    await this.actions.undo(last.id);
    this.feedback.give("tap");
    this.say(`${last.bib || "The last entry"} undone.`);
  }
}

const app = new App(await openJournal());
app.begin(document.getElementById("main"));
