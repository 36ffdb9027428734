// Taps in the order they came, and the bibs that are given to them afterwards.

import { shown } from "./actions.js";

/** What stands of a place, by time. */
export function byTime(lines) {
  return lines.filter(({ isVoided, draft }) => !isVoided && draft.kind === "passing")
    .sort((one, other) => one.time - other.time || (one.id < other.id ? -1 : 1));
}

/** The lines that wait for a bib, in order; a gap waits no more. */
export function waiting(lines, gaps) {
  const skipped = new Set(gaps);
  return byTime(lines).filter(({ id, bib }) => bib === "" && !skipped.has(id));
}

/**
 * The bibs from `line` on, each one later: [[line, bib], …]. `line` itself is left without one,
 * the last bib goes to the next that has none. Null where none follows to take it.
 */
export function oneLater(lines, line, control) {
  const row = rowFrom(lines, line, control);
  const end = row.findIndex(({ bib }) => bib === "");
  if (end < 1) return null;
  const given = row.slice(0, end + 1);
  return given.map((one, nth) => [one, nth === 0 ? "" : shown(given[nth - 1].bib)]);
}

/** The bibs after `line`, each one earlier; the last of them is left without one. */
export function oneEarlier(lines, line, control) {
  const row = rowFrom(lines, line, control);
  let end = row.findIndex(({ bib }, nth) => nth > 0 && bib === "");
  if (end === -1) end = row.length;
  if (end < 2) return null;
  const given = row.slice(0, end);
  return given.map((one, nth) => [one, nth + 1 < given.length ? shown(given[nth + 1].bib) : ""]);
}

function rowFrom(lines, line, control) {
  const row = byTime(lines).filter(({ draft }) => draft.control === control);
  return row.slice(row.findIndex(({ id }) => id === line.id));
}
