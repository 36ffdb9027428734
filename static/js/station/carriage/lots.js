// Between the journal, which knows keys and posts, and what travels.

import { plainKey, raceTag } from "./stream.js";

const NAME_DIGITS = 4;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// As journals write keys: K7QM-2F9D-XW3H-TPA4.
const written = (key) => key.replace(/(.{4})(?=.)/g, "$1-");

// What leaves: {record, race, station, key} of the journal's records, oldest first. `race` is the
// tag of the race; 0 where the device does not know the post any more.
export async function leavingRecords(journal, only) {
  const slugs = slugsByKey(journal);
  return (await journal.leaving({ only })).map(({ key, record }) => {
    const plain = key ? plainKey(key) : "";
    const slug = slugs.get(plain);
    return {
      record, race: slug === undefined ? 0 : raceTag(slug), slug: slug ?? "", station: plain.slice(0, NAME_DIGITS),
      key: plain,
    };
  });
}

// The same for a file: one lot for each race and station.
export function lotsOf(carried) {
  const lots = new Map();
  for (const { record, slug, station } of carried) {
    const name = `${slug} ${station}`;
    if (!lots.has(name)) lots.set(name, { race: slug, station, records: [] });
    lots.get(name).records.push(record);
  }
  return [...lots.values()];
}

// Whether a journal can keep it: what a file holds may be anything.
function isRecord({ id, kind, stage, control, time, ruling, at }) {
  if (typeof id !== "string" || !UUID.test(id)) return false;
  if (kind === "ruling") return typeof ruling === "string" && typeof at === "string";
  return kind === "passing" && Number.isInteger(stage) && typeof control === "string" && typeof time === "string";
}

// Gives the journal what another device carried, under the key it came with, or that of a post of
// this device which it names. {taken, known, unfit}: how many, unfit those that are no records.
export async function takeInto(journal, carried) {
  const slugs = slugsByKey(journal);
  const groups = new Map();
  const sum = { taken: 0, known: 0, unfit: 0 };
  for (const one of carried) {
    if (!isRecord(one.record)) {
      sum.unfit += 1;
      continue;
    }
    const here = [...slugs].find(([key, slug]) => (
      one.station && key.startsWith(one.station) && raceTag(slug) === one.race
    ));
    const key = one.key || here?.[0] || "";
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one.record);
  }
  for (const [key, records] of groups) {
    const { taken, known } = await journal.takeIn({ key: key ? written(key) : null, records });
    sum.taken += taken;
    sum.known += known;
  }
  return sum;
}

function slugsByKey(journal) {
  return new Map(journal.posts.map(({ key, post }) => [plainKey(key), post.race.slug]));
}
