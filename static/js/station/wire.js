// Records as they leave the device (docs/station-protocol.md, Requests).

import { deviceName } from "./ids.js";

const REASONS = {
  void: "Undone at the station",
  assign: "Corrected at the station",
  start: "Gun",
  observation: "Seen at the station",
};

const iso = (ms) => new Date(ms).toISOString();

/** Whether a draft or a wire record names the record of this id. */
export function names({ record, supersedes = [], items = [] }, id) {
  return record === id || supersedes.includes(id) || items.includes(id);
}

/** The same, naming another id where it named this one. */
export function renamed(said, before, after) {
  const other = (id) => (id === before ? after : id);
  const found = { ...said };
  if ("record" in said) found.record = other(said.record);
  if ("supersedes" in said) found.supersedes = said.supersedes.map(other);
  if ("items" in said) found.items = said.items.map(other);
  return found;
}

/** A kept record, dated by `seen` (see `estimate`), as it says the same for good from now on. */
export function wireOf(record, seen, source) {
  return record.draft.kind === "passing" ? passing(record, seen, source) : ruling(record, seen);
}

function passing({ id, origin, draft, tap }, seen, source) {
  const wire = {
    kind: "passing",
    id,
    stage: draft.stage,
    control: draft.control,
    bib: (draft.bib ?? "").replaceAll("?", "*"),
    time: draft.typed ?? iso(seen.time),
    device: deviceName(origin),
  };
  if (draft.typed === undefined) {
    wire.device_time = iso(Math.round(tap.wall));
    if (seen.offset !== null) {
      wire.offset_ms = seen.offset;
      wire.offset_age_ms = seen.age;
    }
    wire.uncertainty_ms = seen.uncertainty;
  }
  wire.source = draft.source ?? (draft.typed === undefined ? source : "paper");
  wire.note = draft.note ?? "";
  return wire;
}

function ruling({ id, draft }, seen) {
  const { kind, typed, ruling: name, ...rest } = draft;
  const wire = { kind, id, ruling: name, ...rest };
  if (name === "start") wire.to ??= typed ?? iso(seen.time);
  wire.reason ||= REASONS[name] ?? "At the station";
  wire.at = iso(seen.time);
  return wire;
}
