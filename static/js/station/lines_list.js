// The last entries of a place, the newest lowest, nearest to the keys; undo stands at each.

import { shown } from "./actions.js";
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

  function update(lines) {
    const last = lines.slice(-LISTED).reverse();
    arrange(element, last, {
      keyOf: ({ id }) => id,
      make: (line) => lineElement(app, line.id),
      update: (item, line) => showLine(app, item, line, { isMarked, words }),
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
  return [...app.lines, ...seen].sort((one, other) => numberOf(one) - numberOf(other));
}

const draftBib = ({ bib = "" }) => bib;

/** The place of a record in its device's count: what its id ends with. */
function numberOf({ id }) {
  return Number.parseInt(id.slice(-12), 16);
}

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

export function nameOf({ bib }) {
  return bib === "" ? "No bib" : shown(bib);
}

function showLine(app, item, line, { isMarked, words }) {
  const [open, back] = item.children;
  const [n, w, t] = open.children;
  const bib = shown(line.bib);
  const who = whoIs(app.journal, bib);
  write(n, bib || "–");
  write(w.firstElementChild, bib === "" ? (line.isObservation ? "" : "Bib to come") : who.name);
  write(w.lastElementChild, words(line) || detailOfLine(app, line, who));
  write(t, line.draft.typed ?? clockText(line.time, app.journal.post));
  const isFlagged = !line.isObservation && (who.kind === "unread" || who.kind === "unknown"
    || bib === "" || line.state === "refused" || line.isMarked);
  item.classList.toggle("flag", isFlagged && !line.isVoided);
  item.classList.toggle("undone", line.isVoided);
  item.classList.toggle("waiting", line.state === "unsent");
  item.classList.toggle("next", isMarked(line));
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
    if (observed === "kit") parts.push(items.join(", "));
    else if (reason) parts.push(reason);
    return parts.join(": ");
  }
  if (who.kind === "known") parts.push(who.detail);
  else if (who.kind === "unknown") parts.push("Not in the start list, kept and marked");
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
