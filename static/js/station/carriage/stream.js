// Records of stations as a stream of bytes, each told by what differs from the one before it. It
// is exact: what is read is what was written, key by key. What has no short form travels as its
// JSON. The same as timing/importers/carriage_stream.py; docs/station-carriage.md describes it.

import {
  LARGEST, LONGEST_TEXT, Reader, TooLong, Unreadable, Writer, checksum, fromBase32, toBase32,
} from "./bytes.js";

export const MAX_RECORDS = 20_000;
export const LONGEST_RECORD = 20_000; // bytes of a record that travels as its JSON

const KEY_DIGITS = 16;
const NAME_DIGITS = 4;

// The kinds of items: the two lowest bits of an item's first number.
const PASSING = 0;
const RULING = 1;
const CONTEXT = 2;
const OTHER = 3;

// Flags of a passing.
const NUMBER = 1;
const PLACE = 2;
const OFFSET = 4;
const AGE = 8;
const UNCERTAINTY = 16;
const SHAPE = 32;
const SOURCE = 64;
const TIME = 128;
const CLOCK = 256;
const NOTE = 512;
const DEVICE = 1024;
// Of a ruling, beside NUMBER.
const OWN = 2;
const FOREIGN = 4;
const BIB = 8;
const MOVED = 16;
const HERE = 32;
const STAGE = 64;
const REST = 128;
const SILENT = 256;
const OBSERVED = 512;
const BIBS = 1024;
const ITEMS = 2048;
// Of a context, and of anything else.
const WITH_KEY = 1;
const JSON_RECORD = 0;
const ORIGIN = 1;

const SHAPE_KEYS = [
  "bib", "device", "device_time", "offset_ms", "offset_age_ms", "uncertainty_ms", "source", "note",
];
const FULL_SHAPE = 2 ** SHAPE_KEYS.length - 1;
const KEYS_OF_PASSING = new Set(["kind", "id", "stage", "control", "time", ...SHAPE_KEYS]);

const BEGINNING = 1_767_225_600_000; // 2026-01-01T00:00:00Z
const COMMON_TEXTS = [
  "", "checkpoint", "line_crew", "radio", "paper", "estimate", "void", "assign", "start",
  "observation", "Undone at the station", "Corrected at the station", "Seen at the station",
  "Gun", "FINISH", "START", "withdrawal", "answer", "kit", "water", "whistle", "blanket", "light", "helped",
  "note",
];
const MOST_TEXTS = 256;
const MOST_IN_A_LIST = 2000;
const DRIFT = 10_000; // ms in which a clock may go wrong by one
const NO_NAME = 2 ** 20;
const LATEST = 253_402_300_799_999;
const MOST_NUMBERS = 2 ** 48;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WHOLE_NUMBER = /^(0|[1-9][0-9]{0,8})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

// 24 bits that tell one race from another.
export function raceTag(slug) {
  return checksum(new TextEncoder().encode(slug)) % 2 ** 24;
}

// A key without dashes and blanks; Unreadable where it is none.
export function plainKey(text) {
  const key = toBase32(fromBase32(text.replace(/[- ]/g, "")));
  if (key.length !== KEY_DIGITS) throw new Unreadable("it holds what is no key");
  return key;
}

// The four digits that name a key.
export function nameOf(key) {
  return plainKey(key).slice(0, NAME_DIGITS);
}

// A station's four digits, read as a key is read.
export function plainName(text) {
  return nameOf(text + "0".repeat(KEY_DIGITS - NAME_DIGITS));
}

// What records of a device call it: the first six digits of its origin.
export function deviceName(origin) {
  return toBase32(origin.subarray(0, 4)).slice(0, 6);
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable("it holds what is no JSON");
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function instantText(ms) {
  if (!(ms >= 0 && ms <= LATEST)) throw new Unreadable("it holds a moment of no year");
  return new Date(ms).toISOString();
}

// The milliseconds of an instant as toISOString writes it, null for anything else.
function instantOf(text) {
  if (typeof text !== "string" || !INSTANT.test(text)) return null;
  const ms = Date.parse(text);
  return ms >= 0 && ms <= LATEST && new Date(ms).toISOString() === text ? ms : null;
}

// One text for one value, whatever the order of its keys.
function canonical(value) {
  return JSON.stringify(value, (_, inside) => (isObject(inside)
    ? Object.fromEntries(Object.entries(inside).sort(([a], [b]) => (a < b ? -1 : 1)))
    : inside));
}

const drift = (age) => Math.ceil(Math.abs(age) / DRIFT);

// What the next item is told from.
class State {
  context = null;
  origin = null;
  number = 0;
  stage = 0;
  control = "";
  shape = FULL_SHAPE;
  source = "checkpoint";
  deviceTime = BEGINNING;
  hasClock = false;
  offset = 0;
  age = 0;
  slack = 0;
  moment = BEGINNING;
  texts = [...COMMON_TEXTS];

  copied() {
    const made = Object.assign(new State(), this);
    made.texts = [...this.texts];
    return made;
  }

  remember(text) {
    if (this.texts.length < MOST_TEXTS) this.texts.push(text);
  }
}

// Writes records one after the other. What is carried is {record, race, station, key}: race the
// tag of the race, station the four digits or "", key the whole key or "".
export class StreamWriter {
  #parts = [];
  #state = new State();
  length = 0;

  // TooLong where no stream holds it.
  add(carried) {
    const state = this.#state.copied();
    const content = contextItem(carried, state);
    const short = shortItem(carried.record, state);
    if (short) {
      content.raw(short.content);
    } else {
      const text = new TextEncoder().encode(JSON.stringify(carried.record));
      if (text.length > LONGEST_RECORD) throw new TooLong("the record is too long");
      content.whole(OTHER | (JSON_RECORD << 2)).whole(text.length).raw(text);
    }
    this.#parts.push(content.done());
    this.length += content.length;
    this.#state = short ? short.state : state;
  }

  done() {
    const made = new Writer();
    for (const part of this.#parts) made.raw(part);
    return made.done();
  }
}

function contextItem({ race, station, key }, state) {
  const made = new Writer();
  const context = `${race} ${station} ${key}`;
  if (state.context !== null && context === contextText(state.context)) return made;
  state.context = { race, station, key };
  if (key) return made.whole(CONTEXT | (WITH_KEY << 2)).fixed(race, 3).raw(fromBase32(key));
  made.whole(CONTEXT).fixed(race, 3);
  const name = station ? Math.floor(new Reader(fromBase32(`${station}0000`)).fixed(5) / 2 ** 20) : NO_NAME;
  return made.fixed(name, 3);
}

const contextText = ({ race, station, key }) => `${race} ${station} ${key}`;

// The short form of a record with the state after it; null where it has none.
function shortItem(record, before) {
  const state = before.copied();
  try {
    const content = new Item(state).written(record);
    if (content === null) return null;
    // The proof of exactness is the reading: whatever comes back otherwise has no short form.
    const read = readItems(new Reader(content), before.copied());
    if (read.length !== 1 || canonical(read[0].record) !== canonical(record)) return null;
    return { content, state };
  } catch (error) {
    if (error instanceof TooLong || error instanceof Unreadable || error instanceof TypeError) return null;
    throw error;
  }
}

// Writes the short form of one record, and sets the state to what it is afterwards.
class Item {
  #state;
  #flags = 0;
  #made = new Writer();

  constructor(state) { this.#state = state; }

  written(record) {
    if (!isObject(record) || typeof record.id !== "string" || !UUID.test(record.id)) return null;
    const state = this.#state;
    const before = new Writer();
    const [origin, number] = takenApart(record.id);
    if (state.origin === null || toBase32(origin) !== toBase32(state.origin)) {
      state.origin = origin;
      state.number = 0;
      before.whole(OTHER | (ORIGIN << 2)).raw(origin);
    }
    this.#differs(NUMBER, number - state.number - 1);
    state.number = number;
    let kind = RULING;
    if (record.kind === "passing") {
      kind = PASSING;
      if (!this.#passing(record)) return null;
    } else if (record.kind !== "ruling" || !this.#ruling(record)) return null;
    return before.whole(kind | (this.#flags << 2)).raw(this.#made.done()).done();
  }

  #passing(record) {
    const state = this.#state;
    if (Object.keys(record).some((key) => !KEYS_OF_PASSING.has(key))) return false;
    if (record.stage !== state.stage || record.control !== state.control) {
      this.#flags |= PLACE;
      this.#place(record);
    }
    const shape = SHAPE_KEYS.reduce((bits, key, n) => (key in record ? bits | (1 << n) : bits), 0);
    if (shape !== state.shape) {
      this.#flags |= SHAPE;
      this.#made.whole(shape);
      state.shape = shape;
    }
    if ("source" in record && record.source !== state.source) {
      this.#flags |= SOURCE;
      state.source = record.source;
      this.#text(record.source);
    }
    if ("bib" in record) this.#bib(record.bib);
    this.#clock(record);
    const moment = instantOf(record.time);
    if (moment === null) {
      this.#flags |= CLOCK;
      this.#text(record.time);
    } else {
      this.#differs(TIME, moment - state.moment);
      state.moment = moment;
    }
    if (record.note) {
      this.#flags |= NOTE;
      this.#text(record.note);
    }
    if ("device" in record && record.device !== deviceName(state.origin)) {
      this.#flags |= DEVICE;
      this.#text(record.device);
    }
    return true;
  }

  // Device time, offset, age and uncertainty; `moment` is then what they come to.
  #clock(record) {
    const state = this.#state;
    let passed = 0;
    if ("device_time" in record) {
      const deviceTime = instantOf(record.device_time);
      if (deviceTime === null) throw new TooLong("a device time in other words");
      this.#made.signed(deviceTime - state.deviceTime);
      passed = state.hasClock ? deviceTime - state.deviceTime : 0;
      state.deviceTime = deviceTime;
      state.hasClock = true;
      state.moment = deviceTime;
    }
    if ("offset_ms" in record) {
      this.#differs(OFFSET, record.offset_ms - state.offset);
      state.offset = record.offset_ms;
      state.moment += state.offset;
    }
    if ("offset_age_ms" in record) {
      this.#differs(AGE, record.offset_age_ms - state.age - passed);
      state.age = record.offset_age_ms;
    }
    if ("uncertainty_ms" in record) {
      this.#differs(UNCERTAINTY, record.uncertainty_ms - state.slack - drift(state.age));
      state.slack = record.uncertainty_ms - drift(state.age);
    }
  }

  #ruling(record) {
    const state = this.#state;
    const { kind: _, id: __, ruling, at: atText, ...left } = record;
    const at = instantOf(atText);
    if (at === null) return false;
    this.#text(ruling);
    this.#made.signed(at - state.moment);
    state.moment = at;
    if ("record" in left) {
      this.#record(left.record);
      delete left.record;
    }
    if ("bib" in left) {
      this.#flags |= BIB;
      this.#bib(left.bib);
      delete left.bib;
    }
    if ("stage" in left && "control" in left) {
      if (left.stage === state.stage && left.control === state.control) {
        this.#flags |= HERE;
      } else {
        this.#flags |= MOVED;
        this.#place(left);
      }
      delete left.stage;
      delete left.control;
    } else if ("stage" in left) {
      this.#flags |= STAGE;
      this.#made.whole(left.stage);
      delete left.stage;
    }
    this.#observation(left);
    if ("reason" in left) {
      this.#text(left.reason);
      delete left.reason;
    } else {
      this.#flags |= SILENT;
    }
    if (Object.keys(left).length) {
      this.#flags |= REST;
      this.#text(JSON.stringify(left));
    }
    return true;
  }

  #observation(left) {
    if ("observed" in left) {
      this.#flags |= OBSERVED;
      this.#text(left.observed);
      delete left.observed;
    }
    for (const [flag, key, write] of [[BIBS, "bibs", (one) => this.#bib(one)], [ITEMS, "items", (one) => this.#text(one)]]) {
      if (!(key in left)) continue;
      if (!Array.isArray(left[key])) throw new TypeError("no list");
      this.#flags |= flag;
      this.#made.whole(left[key].length);
      left[key].forEach(write);
      delete left[key];
    }
  }

  #record(named) {
    const state = this.#state;
    if (UUID.test(named)) {
      const [origin, number] = takenApart(named);
      if (toBase32(origin) === toBase32(state.origin)) {
        this.#flags |= OWN;
        this.#made.signed(state.number - number);
        return;
      }
    }
    this.#flags |= FOREIGN;
    this.#text(named);
  }

  #differs(flag, difference) {
    if (difference === 0) return;
    this.#flags |= flag;
    this.#made.signed(difference);
  }

  #place({ stage, control }) {
    this.#state.stage = stage;
    this.#state.control = control;
    this.#made.whole(stage);
    this.#text(control);
  }

  #bib(bib) {
    if (typeof bib !== "string") throw new TypeError("a bib is a text");
    if (WHOLE_NUMBER.test(bib)) {
      this.#made.whole(Number(bib) * 2);
    } else {
      this.#made.whole(1);
      this.#text(bib);
    }
  }

  #text(text) {
    if (typeof text !== "string") throw new TypeError("no text");
    const nth = this.#state.texts.indexOf(text);
    if (nth >= 0) {
      this.#made.whole(nth + 1);
      return;
    }
    const content = new TextEncoder().encode(text);
    if (content.length > LONGEST_TEXT) throw new TooLong("a text is too long");
    this.#made.whole(0).whole(content.length).raw(content);
    this.#state.remember(text);
  }
}

// An id's origin and number.
function takenApart(id) {
  const hex = id.replaceAll("-", "");
  const bytes = Uint8Array.from({ length: 16 }, (_, n) => parseInt(hex.slice(2 * n, 2 * n + 2), 16));
  return [bytes.subarray(0, 10), new Reader(bytes.subarray(10)).fixed(6)];
}

function idOf(origin, number) {
  if (origin === null || !(number >= 0 && number < MOST_NUMBERS)) {
    throw new Unreadable("it counts a record that no device has");
  }
  const bytes = new Writer().raw(origin).fixed(number, 6).done();
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

// The records of a stream, as {record, race, station, key}; Unreadable where it is none.
export function readStream(bytes) {
  return readItems(new Reader(bytes), new State());
}

function readItems(reader, state) {
  const found = [];
  while (!reader.isDone) {
    const tag = reader.whole();
    const record = readItem(reader, state, tag % 4, Math.floor(tag / 4));
    if (record === null) continue;
    if (found.length >= MAX_RECORDS) throw new Unreadable("it holds more records than any device");
    found.push({ record, ...(state.context ?? { race: 0, station: "", key: "" }) });
  }
  return found;
}

// The record of an item; null where it only says what follows.
function readItem(reader, state, kind, flags) {
  if (kind === PASSING) return readPassing(reader, state, flags);
  if (kind === RULING) return readRuling(reader, state, flags);
  if (kind === CONTEXT) {
    state.context = readContext(reader, flags);
    return null;
  }
  if (flags === ORIGIN) {
    state.origin = reader.take(10);
    state.number = 0;
    return null;
  }
  if (flags !== JSON_RECORD) throw new Unreadable("it is of a newer version");
  const record = jsonOf(reader.text(LONGEST_RECORD));
  if (!isObject(record)) throw new Unreadable("it holds what is no record");
  return record;
}

function readContext(reader, flags) {
  if (flags > WITH_KEY) throw new Unreadable("it is of a newer version");
  const race = reader.fixed(3);
  if (flags) {
    const key = toBase32(reader.take(10));
    return { race, station: key.slice(0, NAME_DIGITS), key };
  }
  const name = reader.fixed(3);
  if (name > NO_NAME) throw new Unreadable("it names no station");
  const station = name === NO_NAME ? "" : toBase32(new Writer().fixed(name * 16, 3).done()).slice(0, NAME_DIGITS);
  return { race, station, key: "" };
}

function readPassing(reader, state, flags) {
  if (flags >= DEVICE * 2) throw new Unreadable("it is of a newer version");
  const record = { kind: "passing", id: readId(reader, state, flags) };
  if (flags & PLACE) readPlace(reader, state);
  record.stage = state.stage;
  record.control = state.control;
  if (flags & SHAPE) {
    state.shape = reader.whole();
    if (state.shape > FULL_SHAPE) throw new Unreadable("it is of a newer version");
  }
  if (flags & SOURCE) state.source = readText(reader, state);
  const has = (key) => (state.shape >> SHAPE_KEYS.indexOf(key)) & 1;
  if (has("bib")) record.bib = readBib(reader, state);
  readClock(reader, state, flags, has, record);
  if (flags & CLOCK) {
    record.time = readText(reader, state);
  } else {
    state.moment = bounded(state.moment + (flags & TIME ? reader.signed() : 0));
    record.time = instantText(state.moment);
  }
  if (has("source")) record.source = state.source;
  const note = flags & NOTE ? readText(reader, state) : "";
  if (has("note")) record.note = note;
  const device = flags & DEVICE ? readText(reader, state) : deviceName(state.origin);
  if (has("device")) record.device = device;
  return record;
}

function readClock(reader, state, flags, has, record) {
  let passed = 0;
  if (has("device_time")) {
    const difference = reader.signed();
    passed = state.hasClock ? difference : 0;
    state.deviceTime = bounded(state.deviceTime + difference);
    state.hasClock = true;
    state.moment = state.deviceTime;
    record.device_time = instantText(state.deviceTime);
  }
  if (has("offset_ms")) {
    state.offset = bounded(state.offset + (flags & OFFSET ? reader.signed() : 0));
    state.moment = bounded(state.moment + state.offset);
    record.offset_ms = state.offset;
  }
  if (has("offset_age_ms")) {
    state.age = bounded(state.age + passed + (flags & AGE ? reader.signed() : 0));
    record.offset_age_ms = state.age;
  }
  if (has("uncertainty_ms")) {
    state.slack = bounded(state.slack + (flags & UNCERTAINTY ? reader.signed() : 0));
    record.uncertainty_ms = bounded(state.slack + drift(state.age));
  }
}

function readRuling(reader, state, flags) {
  if (flags >= ITEMS * 2) throw new Unreadable("it is of a newer version");
  const record = { kind: "ruling", id: readId(reader, state, flags), ruling: readText(reader, state) };
  state.moment = bounded(state.moment + reader.signed());
  record.at = instantText(state.moment);
  if (flags & OWN) record.record = idOf(state.origin, state.number - reader.signed());
  if (flags & FOREIGN) record.record = readText(reader, state);
  if (flags & BIB) record.bib = readBib(reader, state);
  if (flags & MOVED) readPlace(reader, state);
  if (flags & (MOVED | HERE)) {
    record.stage = state.stage;
    record.control = state.control;
  }
  if (flags & STAGE) record.stage = reader.whole();
  if (flags & OBSERVED) record.observed = readText(reader, state);
  if (flags & BIBS) record.bibs = readList(reader, () => readBib(reader, state));
  if (flags & ITEMS) record.items = readList(reader, () => readText(reader, state));
  if (!(flags & SILENT)) record.reason = readText(reader, state);
  if (flags & REST) {
    const rest = jsonOf(readText(reader, state));
    if (!isObject(rest) || Object.keys(rest).some((key) => Object.hasOwn(record, key))) {
      throw new Unreadable("it holds what is no record");
    }
    for (const [key, value] of Object.entries(rest)) set(record, key, value);
  }
  return record;
}

// Also where the key is one that objects have already, as __proto__.
function set(record, key, value) {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}

function readId(reader, state, flags) {
  if (state.origin === null) throw new Unreadable("it does not say of which device it is");
  const difference = flags & NUMBER ? reader.signed() : 0;
  state.number += 1 + difference;
  return idOf(state.origin, state.number);
}

function readList(reader, read) {
  const count = reader.whole();
  if (count > MOST_IN_A_LIST) throw new Unreadable("it holds a list that is too long");
  return Array.from({ length: count }, read);
}

function readPlace(reader, state) {
  state.stage = reader.whole();
  state.control = readText(reader, state);
}

function readBib(reader, state) {
  const number = reader.whole();
  if (number % 2 === 0) return String(number / 2);
  if (number !== 1) throw new Unreadable("it is of a newer version");
  return readText(reader, state);
}

function readText(reader, state) {
  const nth = reader.whole();
  if (nth) {
    if (nth > state.texts.length) throw new Unreadable("it refers to a text that is not there");
    return state.texts[nth - 1];
  }
  const text = reader.text();
  state.remember(text);
  return text;
}

function bounded(number) {
  if (Math.abs(number) > LARGEST) throw new Unreadable("it holds a number that is too large");
  return number;
}
