// Codes, messages and files of other devices as they come, in any order and in several goes.

import { Unreadable } from "./bytes.js";
import { BEGIN as CODE, TAKEN_BEGIN as TAKEN, readCode, recordsOfCodes } from "./codes.js";
import { readFile } from "./file.js";
import { BEGIN as MESSAGE, END as MESSAGE_END, readMessage, recordsOfMessages } from "./messages.js";

const MARK = new RegExp(`${MESSAGE}|${CODE}|${TAKEN}`, "gi");
const TOLD = 60; // characters of a text that was passed over

export class Pile {
  #messages = new Map();
  #codes = new Map();
  #taken = new Set(); // of what the records were given out already

  // Takes in whatever stands in a text. Gives {carried: the records that became readable by it,
  // troubles: texts, passedOver: texts, words: acknowledgements, isNew: whether anything was}.
  async take(text) {
    const got = { carried: [], troubles: [], passedOver: [], words: [], isNew: false };
    if (text.slice(0, 4096).replace(/^\ufeff/, "").trimStart().startsWith("{")) {
      try {
        const { carried, troubles } = readFile(text);
        return { ...got, carried, troubles, isNew: true };
      } catch (error) {
        got.troubles.push(told("The file", error));
        return got;
      }
    }
    const starts = [...text.matchAll(MARK)].map(({ index }) => index);
    passOver(got, text.slice(0, starts[0] ?? text.length));
    for (const [n, start] of starts.entries()) {
      const chunk = text.slice(start, starts[n + 1] ?? text.length);
      try {
        const mark = chunk.slice(0, 5).toUpperCase();
        if (mark.startsWith(MESSAGE)) await this.#takeMessage(chunk, got);
        else if (mark === CODE) await this.#takeCode(chunk, got);
        else got.words.push(chunk.trim());
      } catch (error) {
        got.troubles.push(told(`“${short(chunk)}”`, error));
      }
    }
    return got;
  }

  // What has begun: {kind: "code" | "message", batch, total, missing: [nth]}.
  get series() {
    const found = [];
    for (const [kind, parts] of [["code", this.#codes], ["message", this.#messages]]) {
      const batches = new Map();
      for (const { batch, total, nth } of parts.values()) {
        const name = `${batch}/${total}`;
        if (!batches.has(name)) batches.set(name, { kind, batch, total, there: new Set() });
        batches.get(name).there.add(nth);
      }
      for (const { there, ...one } of batches.values()) {
        const missing = Array.from({ length: one.total }, (_, n) => n + 1).filter((nth) => !there.has(nth));
        found.push({ ...one, missing });
      }
    }
    return found;
  }

  #takeMessage(chunk, got) {
    const message = readMessage(chunk);
    const end = chunk.indexOf(MESSAGE_END);
    passOver(got, end >= 0 ? chunk.slice(end + 1) : chunk.slice(chunk.search(/\n|$/)));
    const name = nameOf(message);
    if (this.#messages.has(name)) return;
    this.#messages.set(name, message);
    got.isNew = true;
    const first = message.nth - message.piece + 1;
    const pieces = Array.from({ length: message.pieces }, (_, n) => (
      this.#messages.get(nameOf({ ...message, nth: first + n }))
    ));
    if (pieces.every((one, n) => one?.piece === n + 1 && one.pieces === message.pieces)) {
      got.carried.push(...recordsOfMessages(pieces));
    }
  }

  async #takeCode(chunk, got) {
    let code;
    const [first, ...others] = chunk.trim().split(/\s+/);
    try {
      code = readCode(first);
      passOver(got, others.join(" "));
    } catch {
      code = readCode(chunk);
    }
    const name = nameOf(code);
    if (!this.#codes.has(name)) {
      this.#codes.set(name, code);
      got.isNew = true;
    }
    const series = `${code.batch}/${code.total}`;
    if (this.#taken.has(series)) return;
    const codes = Array.from({ length: code.total }, (_, n) => this.#codes.get(nameOf({ ...code, nth: n + 1 })));
    if (codes.some((one) => one === undefined)) return;
    this.#taken.add(series);
    got.carried.push(...await recordsOfCodes(codes));
  }
}

const nameOf = ({ batch, nth, total }) => `${batch}/${nth}/${total}`;

function passOver(got, text) {
  got.passedOver.push(...text.split("\n").filter((line) => line.trim()).map(short));
}

function short(text) {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > TOLD ? `${line.slice(0, TOLD)}…` : line;
}

function told(where, error) {
  if (!(error instanceof Unreadable)) throw error;
  return `${where}: ${error.message}`;
}
