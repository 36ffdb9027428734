// What names a device, its records and its key (docs/station-protocol.md, Keys; Devices and ids).

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_LENGTH = 16;
const ORIGIN_BYTES = 10;
const NUMBER_BYTES = 6;
const NAME_LENGTH = 6;

/** 20 hex digits: 10 random bytes, with the bits of a UUID's version and variant in place. */
export function newOrigin(random = (bytes) => crypto.getRandomValues(bytes)) {
  return originOf(hexOf(random(new Uint8Array(ORIGIN_BYTES))));
}

/** 20 hex digits with the bits of a UUID's version and variant in their places. */
function originOf(hex) {
  const variant = ((Number.parseInt(hex[16], 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17)}`;
}

/**
 * The origin of a record whose id another record has: made of that origin and of all that the
 * record says, so that every device that carries it comes to the same. It keeps the device's name.
 */
export function originInstead(origin, record) {
  const { id, ...said } = record;
  const digest = digestOf(`${id}${inOrder(said)}`).toString(16).padStart(16, "0");
  return originOf(origin.slice(0, 8) + digest.slice(0, 12));
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

/** JSON without blanks, the names of each object in order. */
function inOrder(value) {
  return JSON.stringify(value, (_, part) => (
    part === null || typeof part !== "object" || Array.isArray(part) ? part
      : Object.fromEntries(Object.keys(part).sort().map((name) => [name, part[name]]))
  ));
}

/** FNV-1a of 64 bits. The browser's own digests are refused to a page that was not opened securely. */
function digestOf(text) {
  let digest = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 0x100000001b3n);
  }
  return digest;
}
