// What a station writes: new records always, also for what is undone or put right.

import { bibOf, entryOf, isUnread } from "./roster.js";

/** How a bib stands in a record: `*` for a digit that was not read. */
const written = (bib) => bib.replaceAll("?", "*");

/** How the app shows a bib. */
export const shown = (bib) => bib.replaceAll("*", "?");

export class Actions {
  #app;

  constructor(app) {
    this.#app = app;
  }

  /** Record passings, all at once; gives what was felt: recorded, unknown or again. */
  async record(drafts) {
    const { journal, place, here } = this.#app;
    let felt = "recorded";
    const full = drafts.map(({ bib, ...rest }) => {
      const kept = bibOf(bib);
      if (!isUnread(kept) && entryOf(journal, kept) === null) felt = "unknown";
      else if (here.has(`${rest.control} ${kept}`)) felt = "again";
      // A bib is kept as the start list spells it.
      const known = entryOf(journal, kept)?.bib ?? kept;
      return { kind: "passing", stage: place.stage, bib: written(known), ...rest };
    });
    await journal.keep(full);
    return felt;
  }

  async #rule(rulings) {
    const tap = this.#app.journal.tap();
    return this.#app.journal.keep(rulings.map((ruling) => ({ kind: "ruling", tap, ...ruling })));
  }

  /** Take a record back. */
  undo(id, reason = "Undone at the station") {
    return this.#rule([{ ruling: "void", record: id, reason }]);
  }

  /** Take back that it was taken back. */
  restore(line) {
    return this.#rule([
      { ruling: "void", record: line.voidId, reason: "Restored at the station" },
    ]);
  }

  /** Give lines other bibs, all at once: [[line, bib], …]; an empty bib takes what was given. */
  give(pairs, reason = "Corrected at the station") {
    return this.#rule(pairs.filter(([line, bib]) => shown(line.bib) !== bib).flatMap(
      ([line, bib]) => this.#giving(line, bib, reason),
    ));
  }

  #giving(line, bib, reason) {
    const known = entryOf(this.#app.journal, bibOf(bib))?.bib ?? bibOf(bib);
    if (known === (line.draft.bib ?? "") && line.assignId !== null) {
      return [{ ruling: "void", record: line.assignId, reason }];
    }
    if (known === "") return [];
    const assign = { ruling: "assign", record: line.id, bib: written(known), reason };
    return [line.assignId === null ? assign : { ...assign, supersedes: [line.assignId] }];
  }

  /** Another time for a line: it is taken back and stands anew, its time typed. */
  async retime(line, typed) {
    const { journal } = this.#app;
    const tap = journal.tap();
    const reason = "Time corrected at the station";
    const { draft } = line;
    await journal.keep([
      { kind: "ruling", ruling: "void", record: line.id, reason, tap },
      { ...copied(draft), bib: written(line.bib), typed, tap, note: draft.note ?? reason },
    ]);
  }

  /** Somebody who passed between two taps, and was not tapped. */
  async insert(line, before, typed) {
    const { journal } = this.#app;
    const note = before === undefined ? "Inserted, time estimated"
      : `Inserted between ${before} and the next, time estimated`;
    await journal.keep([
      { ...copied(line.draft), bib: "", typed, source: "estimate", note, tap: journal.tap() },
    ]);
  }

  /** What was seen: `observed` is withdrawal, helped, note, kit or answer. */
  observe(observed, given) {
    const { place } = this.#app;
    const { bib = "", reason = "", ...rest } = given;
    const about = bib === "" ? {} : { bib: entryOf(this.#app.journal, bibOf(bib))?.bib ?? bibOf(bib) };
    return this.#rule([{
      ruling: "observation", observed, stage: place.stage, control: place.ways[0].code,
      ...about, ...(reason === "" ? {} : { reason }), ...rest,
    }]);
  }

  /** The gun of the stage or of a wave; `tap` is its moment, or `typed` its time. */
  start({ stage, wave, tap, typed, supersedes }) {
    return this.#app.journal.keep([{
      kind: "ruling", ruling: "start", stage, tap,
      ...(wave === "" ? {} : { wave }),
      ...(typed === undefined ? {} : { to: typed }),
      ...(supersedes === undefined ? {} : { supersedes: [supersedes] }),
    }]);
  }
}

/** What a new passing takes over from another. */
function copied({ kind, stage, control, source, note }) {
  const rest = { kind, stage, control };
  if (source !== undefined) rest.source = source;
  if (note) rest.note = note;
  return rest;
}
