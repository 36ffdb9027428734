// Times of day in the race's zone, which a post's `utc_offsets` spell out: [from instant, ms].

const DAY_MS = 86_400_000;

/** What to add to an instant for the time of day in the race's zone. */
export function utcOffsetAt(instant, offsets) {
  let found = offsets[0]?.[1] ?? 0;
  for (const [since, offset] of offsets) if (since <= instant) found = offset;
  return found;
}

/** `10:12:33` of an instant. */
export function timeOfDay(instant, offsets) {
  return new Date(instant + utcOffsetAt(instant, offsets)).toISOString().slice(11, 19);
}

/** The instant of `10:12`, `10:12:33` or `+1 02:00` on a stage's date; null of anything else. */
export function instantOf(text, date, offsets) {
  const found = /^(?:\+(\d) )?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/.exec(text.trim());
  if (found === null) return null;
  const [, days = 0, hours, minutes, seconds = 0, part = ""] = found;
  const local = Date.parse(`${date}T00:00:00Z`) + Number(days) * DAY_MS
    + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
    + Number(part.padEnd(3, "0"));
  return local - utcOffsetAt(local - utcOffsetAt(local, offsets), offsets);
}
