// The last entries of a place, the newest lowest, nearest to the keys; undo stands at each.

import { shown, USUAL_REASONS } from "./actions.js";
import { arrange, h, icon, mark, write } from "./dom.js";
import { whoIs } from "./roster.js";
import { wayText } from "./places.js";
import { clockText } from "./times.js";

const LISTED = 60;
const SEEN = {
  withdrawal: "withdrawn here", helped: "helped", note: "note", kit: "missing", kit_complete: "kit complete",
  answer: "answered", need: "need help",
};

/** The list; `update(lines)` shows what `entriesHere` gave; `isMarked(line)` says which stands out. */
export function linesList(app, { isMarked = () => false, words = () => "" } = {}) {
  const element = h("ol", { class: "entered", "aria-label": "Last entries, newest first" });
  const empty = h("li", { class: "first", text: "Nothing recorded here yet." });

  const shows = new WeakMap();  // item -> all that it was written from

  function update(lines) {
    const { entries, post } = app.journal;
    const last = lines.slice(-LISTED).reverse();
    arrange(element, last, {
      keyOf: ({ id }) => id,
      make: (line) => lineElement(app, line.id),
      update: (item, line) => {
        const sign = [line, entries, post, isMarked(line), words(line)];
        if (shows.get(item)?.every((part, nth) => part === sign[nth])) return;
        shows.set(item, sign);
        showLine(app, item, line, { isNext: sign[3], word: sign[4] });
      },
    });
    if (last.length === 0) element.append(empty);
    else empty.remove();
  }

  return { element, update };
}

/** Passings and what was seen beside them, in the order they were written. */
export function entriesHere(app) {
  const { journal, place } = app;
  const codes = new Set([place.base, ...place.ways.map(({ code }) => code)]);
  const seen = journal.rulings()
    .filter(({ draft }) => draft.ruling === "observation" && draft.stage === place.stage
      && codes.has(draft.control))
    .map((ruling) => ({
      ...ruling, bib: draftBib(ruling.draft), isVoided: false, isObservation: true,
    }));
  return [...app.lines, ...seen].sort((one, other) => one.number - other.number);
}

const draftBib = ({ bib = "" }) => bib;

function lineElement(app, id) {
  const open = h("button", { type: "button", class: "line", onclick: () => app.go("line", { id }) },
    h("span", { class: "n" }),
    h("span", { class: "w" }, h("bdi"), h("small")),
    h("span", { class: "t" }));
  const back = h("button", { type: "button", class: "ib", onclick: () => turn(app, id) }, icon("undo-2"));
  return h("li", {}, open, back);
}

/** Undo a line, or what was undone. */
async function turn(app, id) {
  const line = app.lines.find((one) => one.id === id);
  const name = nameOf(line ?? { bib: "" });
  if (line?.isVoided) {
    await app.actions.restore(line);
    app.say(`${name} stands again.`);
  } else {
    await app.actions.undo(id);
    app.say(`${name} undone.`);
  }
}

/** The time of a line as it is told: as it was typed, or by the race's clock. */
export function lineTime(line, post) {
  const { typed } = line.draft;
  return typed === undefined || typed.endsWith("Z") ? clockText(line.time, post) : typed;
}

export function nameOf({ bib }) {
  return bib === "" ? "No bib" : shown(bib);
}

function showLine(app, item, line, { isNext, word }) {
  const [open, back] = item.children;
  const [n, w, t] = open.children;
  const bib = shown(line.bib);
  const who = whoIs(app.journal, bib);
  write(n, bib || "–");
  write(w.firstElementChild, bib === "" ? (line.isObservation ? "" : "Bib to come") : who.name);
  write(w.lastElementChild, word || detailOfLine(app, line, who));
  write(t, lineTime(line, app.journal.post));
  const isFlagged = !line.isObservation && (who.kind === "unread" || who.kind === "unknown"
    || bib === "" || line.state === "refused" || line.isMarked);
  item.classList.toggle("flag", isFlagged && !line.isVoided);
  item.classList.toggle("undone", line.isVoided);
  item.classList.toggle("waiting", line.state === "unsent");
  item.classList.toggle("next", isNext);
  item.dataset.bib = bib;
  mark(item, "data-state", line.state);
  mark(back, "aria-label", `${line.isVoided ? "Restore" : "Undo"} ${bib || "the entry without a bib"}`);
}

function detailOfLine(app, line, who) {
  if (line.isVoided) return "Undone";
  if (line.state === "refused") return `Not accepted: ${line.message || "kept here"}`;
  const parts = [];
  if (line.isObservation) {
    const { observed, reason, items } = line.draft;
    parts.push(SEEN[observed] ?? observed);
    if (observed === "kit") parts.push(items.map((item) => item.replaceAll("_", " ")).join(", "));
    else if (reason && reason !== USUAL_REASONS[observed]) parts.push(reason);
    return parts.join(": ");
  }
  if (who.kind === "known") parts.push(who.detail);
  else if (who.kind === "unknown") parts.push("Kept and marked");
  else if (who.kind === "unread") parts.push("Not read, choose later");
  const way = wayText(app.place, line.draft.control);
  if (way) parts.push(way);
  if (line.draft.source === "paper" || line.draft.source === "radio") parts.push(line.draft.source);
  else if (line.draft.source === "estimate") parts.push("estimated");
  else if (line.isTyped) parts.push("typed");
  if (line.isMarked) parts.push("marked");
  if (line.draft.note) parts.push(line.draft.note);
  return parts.filter(Boolean).join(" · ");
}
