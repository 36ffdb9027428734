// Records in a series of QR codes, to be shown to a camera again and again
// (docs/station-carriage.md).

import {
  MAX_UNPACKED, Reader, TooLong, Unreadable, Writer, checksum, fromBase32, joined, packed, toBase32, unpacked,
  withChecksum, withoutChecksum,
} from "./bytes.js";
import { placed } from "./messages.js";
import { StreamWriter, readStream } from "./stream.js";

export const BEGIN = "BVQ1:";
export const TAKEN_BEGIN = "BVA1:";
export const PIECE = 150; // bytes in one code: 53 squares a side, which a cheap camera reads

const MOST_CODES = 999;
const LONGEST = 4000;
const PLAIN = 1;
const DEFLATED = 2;

// {batch, texts}: the texts of the codes that carry the records, with their keys where they have any.
export async function writeCodes(records, piece = PIECE) {
  const writer = new StreamWriter();
  for (const one of records) writer.add(one);
  const content = writer.done();
  const smaller = await packed(content);
  const packet = smaller !== null && smaller.length < content.length
    ? joined([[DEFLATED], smaller])
    : joined([[PLAIN], content]);
  const batch = checksum(packet);
  const total = Math.ceil(packet.length / piece);
  if (total > MOST_CODES) throw new TooLong(`${total} codes`);
  const texts = Array.from({ length: total }, (_, n) => {
    const head = new Writer().fixed(batch, 4).whole(n + 1).whole(total);
    return BEGIN + toBase32(withChecksum(head.raw(packet.subarray(n * piece, (n + 1) * piece)).done()));
  });
  return { batch, texts };
}

// {batch, nth, total, payload} of a text that begins with BEGIN; Unreadable.
export function readCode(text) {
  const body = text.trim().slice(BEGIN.length).replace(/[^0-9A-Za-z]+/g, "");
  if (body.length > LONGEST) throw new Unreadable("it is longer than any code");
  const reader = new Reader(withoutChecksum(fromBase32(body)));
  const part = placed(reader.fixed(4), reader.whole(), reader.whole(), MOST_CODES);
  return { ...part, payload: reader.rest() };
}

// The records of a series that is complete, its codes in order; Unreadable.
export async function recordsOfCodes(codes) {
  const packet = joined(codes.map(({ payload }) => payload));
  if (codes.some(({ batch }) => batch !== checksum(packet))) {
    throw new Unreadable("its codes don't fit each other");
  }
  if (packet[0] === PLAIN && packet.length <= MAX_UNPACKED) return readStream(packet.subarray(1));
  if (packet[0] === DEFLATED) return readStream(await unpacked(packet.subarray(1)));
  throw new Unreadable("it is of a newer version");
}

// Six digits by which who has taken a series in tells so: 4K7-QM2.
export function takenWord(batch) {
  const seal = checksum(joined([new TextEncoder().encode("taken"), new Writer().fixed(batch, 4).done()]));
  const word = toBase32(new Writer().fixed(seal, 4).done()).slice(0, 6);
  return `${word.slice(0, 3)}-${word.slice(3)}`;
}

// Whether what was typed or scanned says that the series has been taken in.
export function saysTaken(text, batch) {
  const plain = (word) => word.toUpperCase().replace(TAKEN_BEGIN, "").replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0").replace(/[IL]/g, "1");
  return plain(text) === plain(takenWord(batch));
}
