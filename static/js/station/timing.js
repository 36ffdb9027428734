// The clocks of this page: what is kept of them, and taps dated by it.

import { estimate, jumpBetween, reading, thinned } from "./clock.js";
import { CLOCKS, measureClock } from "./contact.js";

const LOOKS_EVERY_MS = 1000;
const KEPT_EVERY_MS = 10_000;
const CONTACTS_APART_MS = 600_000;
const FRESH_MS = 60_000;

export class Timing extends EventTarget {
  #store;
  #run;
  #last;
  #keptAt = -Infinity;
  #clocks;

  /** The clocks of a new run; `kept` is {contacts, runs} of the store. */
  static async begin(store, kept, clocks = CLOCKS) {
    const timing = new Timing(store, clocks);
    const now = reading(clocks);
    timing.#last = now;
    timing.#run = await store.beginRun((number, previous) => ({
      number,
      began: now.wall,
      ended: now.wall,
      gap: previous === null ? null : now.wall - previous.ended,
      breaks: [],
      contact: previous?.contact ?? null,
    }));
    timing.contacts = kept.contacts;
    timing.runs = [...kept.runs.filter(({ number }) => number !== timing.#run.number), timing.#run];
    timing.#order();
    setInterval(() => timing.look(), LOOKS_EVERY_MS);
    document.addEventListener("visibilitychange", () => timing.look(true));
    globalThis.addEventListener("pagehide", () => timing.look(true));
    return timing;
  }

  constructor(store, clocks) {
    super();
    this.#store = store;
    this.#clocks = clocks;
    this.version = 0;  // another one when a tap may be dated otherwise than before
  }

  get run() { return this.#run.number; }

  /** When somebody answered last, and who: {at, node}; null before the first time. */
  get contact() { return this.#run.contact; }

  async noteContact(contact) {
    this.#run.contact = contact;
    this.look();
    await this.#store.putRun(this.#run);
  }

  /** Look at the clocks: {run, wall, mono}. What they did since the last look is kept. */
  look(isToBeKept = false) {
    const now = reading(this.#clocks);
    const jump = jumpBetween(this.#last, now);
    this.#last = now;
    this.#run.ended = now.wall;
    if (jump !== 0) {
      this.#run.breaks.push({ mono: now.mono, jump });
      this.version += 1;
    }
    if (jump !== 0 || isToBeKept || now.mono - this.#keptAt > KEPT_EVERY_MS) {
      this.#keptAt = now.mono;
      this.#store.putRun(this.#run);
    }
    if (jump !== 0) this.dispatchEvent(new Event("break"));
    return { run: this.#run.number, ...now };
  }

  estimate(tap) {
    return estimate(tap, this.contacts, this.runs);
  }

  /** Whether the clock ought to be measured before anything is dated for good. */
  isStale() {
    const now = this.look();
    const seen = this.estimate(now);
    return !seen.isGuarded || seen.age > FRESH_MS;
  }

  /** Measure the offset; throws where nobody answers. */
  async measure() {
    this.look();
    const found = await measureClock(this.#clocks);
    const now = this.look();
    if (found === null) return;
    const isBroken = this.#run.breaks.some(({ mono }) => mono > found.mono && mono <= now.mono);
    if (isBroken) return;
    const contact = { id: `${this.#run.number} ${found.mono}`, run: this.#run.number, ...found };
    const before = [...this.contacts, contact];
    const kept = thinned(before, this.runs, CONTACTS_APART_MS);
    const dropped = before.filter((one) => !kept.includes(one)).map(({ id }) => id);
    this.contacts = kept;
    this.#order();
    await this.#store.putContact(contact, dropped);
  }

  /** What other tabs saw of their clocks. */
  async refresh() {
    const { contacts, runs } = await this.#store.timing();
    const known = new Set(this.contacts.map(({ id }) => id));
    const others = contacts.filter(({ id, run }) => run !== this.run && !known.has(id));
    this.contacts = [...this.contacts, ...others];
    this.runs = [...runs.filter(({ number }) => number !== this.run), this.#run];
    this.#order();
  }

  #order() {
    this.version += 1;
    this.contacts.sort((one, other) => one.run - other.run || one.mono - other.mono);
    this.runs.sort((one, other) => one.number - other.number);
  }
}
