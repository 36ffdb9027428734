// Times as they are typed, shown and told.

import { instantOf, timeOfDay, utcOffsetAt } from "./zone.js";

const DAY_MS = 86_400_000;
const HALF_A_DAY_MS = DAY_MS / 2;
const MOST_DAYS = 9;

/**
 * `10:12` of `1012`, `10:12:33` of `101233`, `7:05` of `705`; with `+` before it, of the day after
 * the stage's. Null of what is no time of day.
 */
export function typedTime(text) {
  const given = text.trim().replace(/[.,;hH ]/g, ":").replace(/:+$/, "");
  const found = /^(\+?)(?:(\d{1,2}):(\d{2})(?::(\d{2}))?|(\d{1,2})(\d{2})|(\d{2})(\d{2})(\d{2}))$/
    .exec(given);
  if (found === null) return null;
  const [, next, h1, m1, s1, h2, m2, h3, m3, s3] = found;
  const [hours, minutes, seconds] = [h1 ?? h2 ?? h3, m1 ?? m2 ?? m3, s1 ?? s3];
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return null;
  const day = next === "" ? "" : "+1 ";
  const time = `${hours.padStart(2, "0")}:${minutes}`;
  return day + time + (seconds === undefined ? "" : `:${seconds}`);
}

/** `12:06:18` in the race's zone; with `isShort` without its seconds. */
export function clockText(instant, post, isShort = false) {
  const text = timeOfDay(instant, post?.race.utc_offsets ?? []);
  return isShort ? text.slice(0, 5) : text;
}

/**
 * A typed time of the day that brings it nearest to `instant`: `+1 00:14` for what was typed in
 * the night after the stage's date. Days that were typed stay.
 */
export function onDayOf(typed, instant, date, post) {
  if (typed.startsWith("+")) return typed;
  for (let day = 1; day <= MOST_DAYS; day += 1) {
    const text = `+${day} ${typed}`;
    if (Math.abs(instantOf(text, date, post.race.utc_offsets) - instant) < HALF_A_DAY_MS) return text;
  }
  return typed;
}

/** `±0.4 s`, `±40 s`, `±12 min`. */
export function uncertaintyText(ms) {
  if (ms < 9950) return `±${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
  if (ms < 120_000) return `±${Math.ceil(ms / 1000)} s`;
  return ms < 3_600_000 ? `±${Math.ceil(ms / 60_000)} min` : "unknown";
}

/** `16:27` of today; else with its day: `Thu 16:27`, or `20 Aug` of more than six days ago. */
export function contactText(instant, now, post) {
  const offsets = post?.race.utc_offsets ?? [];
  const days = dayOf(now, offsets) - dayOf(instant, offsets);
  const time = clockText(instant, post, true);
  if (days === 0) return time;
  const [weekday, day, month] = dateParts(instant, offsets);
  return days > 0 && days < 7 ? `${weekday} ${time}` : `${day} ${month}`;
}

/** `Thu 20 Aug 16:27:05` in the race's zone. */
export function dayAndTime(instant, post) {
  const parts = dateParts(instant, post?.race.utc_offsets ?? []);
  return `${parts.join(" ")} ${clockText(instant, post)}`;
}

function dateParts(instant, offsets) {
  const date = new Date(instant + utcOffsetAt(instant, offsets));
  const part = (options) => date.toLocaleString("en-GB", { ...options, timeZone: "UTC" });
  return [part({ weekday: "short" }), String(date.getUTCDate()), part({ month: "short" }).slice(0, 3)];
}

function dayOf(instant, offsets) {
  return Math.floor((instant + utcOffsetAt(instant, offsets)) / DAY_MS);
}

/** `just now`, `8 min ago`, `3 h ago`, `2 days ago`. */
export function agoText(ms) {
  if (ms < 90_000) return "just now";
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min ago`;
  if (ms < 36 * 3_600_000) return `${Math.round(ms / 3_600_000)} h ago`;
  return `${Math.round(ms / 86_400_000)} days ago`;
}
