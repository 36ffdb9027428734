// Bytes of the carriage formats: numbers, texts, base 32 and 64, checksums. The same as
// timing/importers/carriage_bytes.py; docs/station-carriage.md says what they mean.

export const LARGEST = Number.MAX_SAFE_INTEGER;
export const LONGEST_TEXT = 4000; // bytes of one text in a stream
export const MAX_UNPACKED = 4 * 1024 * 1024; // bytes that a stream may unpack to

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
const LOOKALIKES = { O: "0", I: "1", L: "1" };

// What came is not what it should be; the message says what is wrong with it.
export class Unreadable extends Error {}

// A record that no stream can hold: it travels as a file.
export class TooLong extends Error {}

// Bytes as they are written.
export class Writer {
  #bytes = [];

  get length() { return this.#bytes.length; }

  raw(bytes) {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  // From 0 up: seven bits a byte, the lowest first; the top bit says that more come.
  whole(number) {
    if (!Number.isSafeInteger(number) || number < 0) throw new TooLong(`${number} can't be written`);
    while (number > 0x7f) {
      this.#bytes.push((number % 128) | 0x80);
      number = Math.floor(number / 128);
    }
    this.#bytes.push(number);
    return this;
  }

  // Of either sign: 0, -1, 1, -2 are written as 0, 1, 2, 3.
  signed(number) {
    return this.whole(number >= 0 ? number * 2 : -number * 2 - 1);
  }

  // The highest byte first.
  fixed(number, count) {
    for (let n = count - 1; n >= 0; n -= 1) this.#bytes.push(Math.floor(number / 256 ** n) % 256);
    return this;
  }

  done() { return Uint8Array.from(this.#bytes); }
}

// Reads on from where it stands, and never beyond what is there.
export class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) { this.#bytes = bytes; }

  get isDone() { return this.#at >= this.#bytes.length; }

  take(count) {
    if (count > this.#bytes.length - this.#at) throw new Unreadable("it ends too soon");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  rest() { return this.take(this.#bytes.length - this.#at); }

  whole() {
    let number = 0;
    for (let shift = 1; shift < 2 ** 56; shift *= 128) {
      const byte = this.take(1)[0];
      number += (byte & 0x7f) * shift;
      if (byte < 0x80) {
        if (number > LARGEST) break;
        return number;
      }
    }
    throw new Unreadable("it holds a number that is too large");
  }

  signed() {
    const number = this.whole();
    return number % 2 ? -(number + 1) / 2 : number / 2;
  }

  fixed(count) { return this.take(count).reduce((number, byte) => number * 256 + byte, 0); }

  text(most = LONGEST_TEXT) {
    const count = this.whole();
    if (count > most) throw new Unreadable("it holds a text that is too long");
    return utf8(this.take(count));
  }
}

export function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable("it holds what is no text");
  }
}

export function joined(parts) {
  const made = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

export function toBase32(bytes) {
  let made = "";
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    while (count >= 5) {
      count -= 5;
      made += DIGITS[(bits >> count) & 31];
    }
    bits &= 255;
  }
  return count ? made + DIGITS[(bits << (5 - count)) & 31] : made;
}

// Small letters and look-alikes read as what they look like.
export function fromBase32(text) {
  const made = [];
  let bits = 0;
  let count = 0;
  for (const letter of text.toUpperCase()) {
    const value = VALUES.get(LOOKALIKES[letter] ?? letter);
    if (value === undefined) throw new Unreadable(`there is a “${letter}” in it`);
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      made.push((bits >> count) & 255);
    }
  }
  if (count >= 5 || bits & ((1 << count) - 1)) throw new Unreadable("it is cut short");
  return Uint8Array.from(made);
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

export function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Unreadable("it was changed on the way, or is cut short");
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

// CRC-32, as zip has it.
export function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC[(crc ^ byte) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

export function withChecksum(bytes) {
  return new Writer().raw(bytes).fixed(checksum(bytes), 4).done();
}

export function withoutChecksum(bytes) {
  const body = bytes.subarray(0, Math.max(0, bytes.length - 4));
  if (bytes.length < 4 || new Reader(bytes.subarray(body.length)).fixed(4) !== checksum(body)) {
    throw new Unreadable("it was changed on the way, or is cut short");
  }
  return body;
}

// Deflated without any header; null where the browser can't.
export async function packed(bytes) {
  if (typeof CompressionStream === "undefined") return null;
  try {
    return await through(new CompressionStream("deflate-raw"), bytes, Infinity);
  } catch {
    return null; // an older browser knows other forms only
  }
}

// What `packed` made smaller, never more than MAX_UNPACKED.
export async function unpacked(bytes) {
  let stream;
  try {
    stream = new DecompressionStream("deflate-raw");
  } catch {
    throw new Unreadable("this browser is too old to unpack it: take in a file instead");
  }
  try {
    return await through(stream, bytes, MAX_UNPACKED);
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable("it can't be unpacked");
  }
}

async function through(stream, bytes, most) {
  const writer = stream.writable.getWriter();
  // What goes wrong on the way in is told on the way out.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(parts);
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => {});
      throw new Unreadable("it unpacks to more than any device holds");
    }
    parts.push(value);
  }
}
