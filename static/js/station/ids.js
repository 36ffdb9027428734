// What names a device, its records and its key (docs/station-protocol.md, Keys; Devices and ids).

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_LENGTH = 16;
const ORIGIN_BYTES = 10;
const NUMBER_BYTES = 6;
const NAME_LENGTH = 6;

/** 20 hex digits: 10 random bytes, with the bits of a UUID's version and variant in place. */
export function newOrigin(random = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = random(new Uint8Array(ORIGIN_BYTES));
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hexOf(bytes);
}

/** An origin of its own that keeps the device's name. */
export function originBeside(origin, random) {
  return origin.slice(0, 8) + newOrigin(random).slice(8);
}

/** The id of an origin's record: a UUID of version 8. `number` is a whole number from 1 on. */
export function recordId(origin, number) {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`no number: ${number}`);
  const hex = origin + number.toString(16).padStart(NUMBER_BYTES * 2, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What a device is called in its records: 30 bits of its origin in base 32. */
export function deviceName(origin) {
  let bits = Number.parseInt(origin.slice(0, 8), 16);
  let name = "";
  bits = Math.floor(bits / 4);
  for (let nth = 0; nth < NAME_LENGTH; nth += 1) {
    name = LETTERS[bits % 32] + name;
    bits = Math.floor(bits / 32);
  }
  return name;
}

/** `K7QM-2F9D-XW3H-TPA4` of what was typed, scanned or stands in a link; null of no key. */
export function parseKey(text) {
  const given = text.slice(text.indexOf("#") + 1).toUpperCase().replace(/[\s\-–_]/g, "")
    .replace(/O/g, "0").replace(/[IL]/g, "1");
  if (given.length !== KEY_LENGTH || [...given].some((letter) => !LETTERS.includes(letter))) {
    return null;
  }
  return given.replace(/(.{4})(?=.)/g, "$1-");
}

function hexOf(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
