// Records in messages of 160 characters, each readable by itself (docs/station-carriage.md).

import {
  Reader, TooLong, Unreadable, Writer, checksum, fromBase64, joined, toBase64, withChecksum, withoutChecksum,
} from "./bytes.js";
import { StreamWriter, readStream } from "./stream.js";

export const BEGIN = "BV1:";
export const END = ".";
export const LONGEST = 160; // characters, all of them in the basic alphabet of GSM

const MOST_MESSAGES = 999;
const MOST_PIECES = 300;
const WHOLE = 1;
const PIECE = 2;
const CAPACITY = Math.floor(((LONGEST - BEGIN.length - END.length) * 6) / 8);

// The messages that carry the records, never with a key. The same records give the same messages.
export function writeMessages(records) {
  const carried = records.map(({ record, race, station }) => ({ record, race, station, key: "" }));
  let made = payloads(carried, 1);
  if (made.length > 127) made = payloads(carried, 2);
  if (made.length > MOST_MESSAGES) throw new TooLong(`${made.length} messages`);
  const batch = checksum(joined(made.map(({ payload }) => payload))) & 0xffff;
  return made.map(({ payload, piece, pieces }, n) => {
    const content = new Writer().fixed(pieces > 1 ? PIECE : WHOLE, 1).fixed(batch, 2);
    content.whole(n + 1).whole(made.length);
    if (pieces > 1) content.whole(piece).whole(pieces);
    return BEGIN + toBase64(withChecksum(content.raw(payload).done())) + END;
  });
}

// What goes into each message, with which piece of how many it is.
function payloads(carried, width) {
  const room = CAPACITY - 1 - 2 - 2 * width - 4;
  const made = [];
  let writer = new StreamWriter();
  for (const one of carried) {
    const before = writer.length ? writer.done() : null;
    writer.add(one);
    if (writer.length <= room) continue;
    if (before) {
      made.push({ payload: before, piece: 1, pieces: 1 });
      writer = new StreamWriter();
      writer.add(one);
    }
    if (writer.length > room) {
      made.push(...cut(writer.done(), room - 4));
      writer = new StreamWriter();
    }
  }
  if (writer.length) made.push({ payload: writer.done(), piece: 1, pieces: 1 });
  return made;
}

function cut(content, room) {
  const pieces = Math.ceil(content.length / room);
  if (pieces > MOST_PIECES) throw new TooLong("the record is too long");
  return Array.from({ length: pieces }, (_, n) => (
    { payload: content.subarray(n * room, (n + 1) * room), piece: n + 1, pieces }
  ));
}

// {batch, nth, total, payload, piece, pieces} of a text that begins with BEGIN; Unreadable.
export function readMessage(text) {
  const after = text.slice(BEGIN.length);
  const end = after.indexOf(END);
  const body = end >= 0 ? after.slice(0, end).replace(/\s+/g, "") : (after.trim().split(/\s+/)[0] ?? "");
  if (!/^[A-Za-z0-9+/]+$/.test(body) || body.length > LONGEST) {
    throw new Unreadable("it was changed on the way, or is cut short");
  }
  const reader = new Reader(withoutChecksum(fromBase64(body)));
  const kind = reader.fixed(1);
  if (kind !== WHOLE && kind !== PIECE) throw new Unreadable("it is of a newer version");
  const part = placed(reader.fixed(2), reader.whole(), reader.whole(), MOST_MESSAGES);
  if (kind === WHOLE) return { ...part, piece: 1, pieces: 1, payload: reader.rest() };
  const piece = reader.whole();
  const pieces = reader.whole();
  if (!(piece >= 1 && piece <= pieces && pieces <= Math.min(MOST_PIECES, part.total) && piece <= part.nth)) {
    throw new Unreadable("its numbers contradict each other");
  }
  return { ...part, piece, pieces, payload: reader.rest() };
}

// A place among others; Unreadable where there can be none such.
export function placed(batch, nth, total, most) {
  if (!(nth >= 1 && nth <= total && total <= most)) throw new Unreadable("its numbers contradict each other");
  return { batch, nth, total };
}

// The records in a message, or in all the pieces of one; Unreadable.
export function recordsOfMessages(messages) {
  return readStream(joined(messages.map(({ payload }) => payload)));
}
