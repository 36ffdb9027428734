// Who a bib is, and what is known of them at this place.

import { clockText } from "./times.js";

/** How a bib is kept: without blanks, in small letters as start lists have them. */
export function bibOf(text) {
  return text.trim().replaceAll("*", "?").toLowerCase();
}

export const isUnread = (bib) => bib === "" || bib.includes("?");

/** The entries that a bib with `?` may be, at most `most`. */
export function fitting(journal, bib, most = 4) {
  const found = [];
  for (const entry of journal.entries.values()) {
    const known = entry.bib.toLowerCase();
    if (known.length !== bib.length) continue;
    if (![...bib].every((digit, nth) => digit === "?" || digit === known[nth])) continue;
    found.push(entry);
    if (found.length === most) break;
  }
  return found;
}

/** An entry of any spelling. */
export function entryOf(journal, bib) {
  return journal.entries.get(bib) ?? journal.entries.get(bib.toUpperCase()) ?? null;
}

/** `{name, detail, kind}` of what stands in the entry; kind is known, part, unknown or unread. */
export function whoIs(journal, bib) {
  if (bib === "") return { name: "", detail: "", kind: "empty" };
  const entry = entryOf(journal, bib);
  if (entry !== null) {
    return { name: entry.name || "Name is not shown", detail: detailOf(entry), kind: "known" };
  }
  if (isUnread(bib)) {
    const bibs = fitting(journal, bib).map((one) => one.bib);
    const name = bibs.length === 0 ? "No such bib" : oneOf(bibs);
    return { name, detail: "Not read, choose later", kind: "unread" };
  }
  if (journal.entries.size === 0) {
    return { name: "No start list here yet", detail: "Will be kept.", kind: "unknown" };
  }
  return { name: "Not in the start list", detail: "Will be kept and marked.", kind: "unknown" };
}

function oneOf(bibs) {
  return bibs.length === 1 ? `${bibs[0]}, perhaps` : `${bibs.slice(0, -1).join(", ")} or ${bibs.at(-1)}`;
}

/** `GHA · M40 · Ibex`. */
export function detailOf(entry) {
  return [entry.detail, entry.team].filter(Boolean).join(" · ");
}

/** Whether longer bibs begin so: then an unknown one may only be half typed. */
export function isBeginning(journal, bib) {
  for (const known of journal.entries.keys()) {
    if (known.length > bib.length && known.toLowerCase().startsWith(bib)) return true;
  }
  return false;
}

/** The passings of this place, by control and bib: what stands, the newest last. */
export function standing(lines) {
  const found = new Map();
  for (const line of lines) {
    if (line.isVoided || line.draft.kind !== "passing" || line.bib === "") continue;
    const key = `${line.draft.control} ${line.bib}`;
    found.set(key, line);
  }
  return found;
}

/** `already in at 11:14` of a bib, or "". */
export function alreadyText({ journal, place, here, bib }) {
  const said = [];
  for (const { code, way } of place.ways) {
    const mine = here.get(`${code} ${bib}`);
    const known = journal.field(place.stage, code)?.entries.get(bib);
    const seen = mine?.time ?? (known?.control === code && known.state !== "to_come" ? known.seen : null);
    if (seen !== null && seen !== undefined) {
      const word = way === "" ? "recorded" : way;
      said.push(`already ${word} at ${clockText(seen, journal.post.post, true)}`);
    }
  }
  return said.join(", ");
}
