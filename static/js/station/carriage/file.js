// A device's records as a file: JSON that people can open too (docs/station-carriage.md).

import { Unreadable } from "./bytes.js";
import { MAX_RECORDS, nameOf, plainKey, plainName, raceTag } from "./stream.js";

export const FORMAT = "bivouac-station";
export const MAX_FILE = 16 * 1024 * 1024;

const VERSION = 1;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// The text of a file. `lots` are {race, station, records}, race a slug; without any key.
export function writeFile(lots, { device, made }) {
  const [first = { race: "", station: "", records: [] }, ...also] = lots.map(
    ({ race, station, records }) => ({ race, ...(station ? { station } : {}), records }),
  );
  const { race, ...rest } = first;
  const whole = { format: FORMAT, version: VERSION, race, device, made: new Date(made).toISOString(), ...rest };
  if (also.length) whole.also = also;
  return `${JSON.stringify(whole, null, 1)}\n`;
}

// What a file holds: {carried: [{record, race, station, key}], troubles: [text]}; Unreadable.
export function readFile(text) {
  if (text.length > MAX_FILE) throw new Unreadable("it has over 16 MB");
  let data;
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new Unreadable("it holds what is no JSON");
  }
  if (!isObject(data) || data.format !== FORMAT) throw new Unreadable("it is no file of a station");
  if (data.version !== VERSION) throw new Unreadable("it is of a newer version");
  const also = data.also ?? [];
  if (!Array.isArray(also)) throw new Unreadable("it is no file of a station");
  const carried = [];
  const troubles = [];
  for (const lot of [data, ...also]) {
    const from = origin(lot);
    for (const record of lot.records) {
      if (isObject(record)) carried.push({ record, ...from });
      else troubles.push(`record ${carried.length + troubles.length + 1}: it is no record`);
    }
    if (carried.length > MAX_RECORDS) throw new Unreadable("it holds more records than any device");
  }
  return { carried, troubles };
}

function origin(lot) {
  if (!isObject(lot)) throw new Unreadable("it is no file of a station");
  const { race, station = "", key = "", records } = lot;
  if (typeof race !== "string" || !Array.isArray(records)) {
    throw new Unreadable("it does not say of which race it is, or holds no list of records");
  }
  if (typeof station !== "string" || typeof key !== "string") throw new Unreadable("it names no station");
  if (key) return { race: raceTag(race), station: nameOf(key), key: plainKey(key) };
  return { race: raceTag(race), station: station ? plainName(station) : "", key: "" };
}
