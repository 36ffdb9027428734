// Bringing records to an installation: in batches, again and again, by one tab at a time.
//
// A record is sent when there is a verdict on it; whatever else happens, it is brought again.
// Nothing here waits for anybody, and nobody waits for it.

import { Refusal } from "./contact.js";

const MOST_AT_ONCE = 200;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const CONTACT_EVERY_MS = 30_000;
const SOON_MS = 200;
const LOCK = "bivouac-station-sending";
const LEASE = "bivouac-station/sending";
const LEASE_MS = 45_000;

/** How long to wait after so many failures in a row: doubling, capped, and never all at once. */
export function waitAfter(failures, random = Math.random) {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
  return most / 2 + random() * most / 2;
}

/**
 * Sends when there is something to send, and says that it is there every half minute.
 *
 * `work(most)` does one exchange of at most `most` records and gives how many records are left;
 * it throws what `contact.js` throws.
 */
export class Sending {
  #work;
  #timer = null;
  #running = null;
  #next = null;
  #failures = 0;
  #most = MOST_AT_ONCE;
  #tab = String(Math.random());

  constructor(work) {
    this.#work = work;
    this.lastError = null;
    globalThis.addEventListener?.("online", () => this.now());
  }

  /** There is something new; several in a moment go together. */
  soon() {
    if (this.#failures === 0) this.#plan(SOON_MS);
  }

  /**
   * Try now, however often it failed. Resolves when an attempt that began after this was asked
   * for is over: true if it succeeded.
   */
  now() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#running !== null) {
      this.#next ??= this.#running.then(() => {
        this.#next = null;
        return this.now();
      });
      return this.#next;
    }
    this.#running = this.#run().finally(() => { this.#running = null; });
    return this.#running;
  }

  get isRunning() { return this.#running !== null; }

  #plan(ms) {
    if (this.#timer !== null && ms > SOON_MS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), ms);
  }

  async #run() {
    try {
      const left = await this.#alone(() => this.#all());
      this.#failures = 0;
      this.lastError = null;
      this.#plan(left === null ? SOON_MS * 10 : CONTACT_EVERY_MS);
      return true;
    } catch (error) {
      this.#failures += 1;
      this.lastError = error;
      const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1000 : 0;
      this.#plan(Math.max(waitAfter(this.#failures), asked));
      return false;
    }
  }

  /** Exchanges until nothing is left. */
  async #all() {
    for (;;) {
      try {
        const left = await this.#work(this.#most);
        if (left === 0) return 0;
        this.#most = Math.min(MOST_AT_ONCE, this.#most * 2);
      } catch (error) {
        if (!(error instanceof Refusal) || this.#most === 1) throw error;
        // Too much at once, or one among them that spoils the whole.
        if (error.status !== 413 && error.status !== 400 && error.status !== 422) throw error;
        this.#most = Math.ceil(this.#most / 2);
      }
    }
  }

  /** Do it while no other tab does; null where another one is at it. */
  async #alone(act) {
    if (navigator.locks) {
      return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (
        lock === null ? null : act()
      ));
    }
    // Without a secure context there are no locks. Two at once do no harm: a record is one.
    if (!this.#lease()) return null;
    const renewing = setInterval(() => this.#lease(), LEASE_MS / 3);
    const end = () => {
      clearInterval(renewing);
      this.#release();
    };
    // A page that is left in the midst of it must not keep the next one waiting.
    globalThis.addEventListener("pagehide", end, { once: true });
    try {
      return await act();
    } finally {
      globalThis.removeEventListener("pagehide", end);
      end();
    }
  }

  #lease() {
    try {
      const held = JSON.parse(localStorage.getItem(LEASE) ?? "null");
      const isFree = held === null || held.tab === this.#tab
        || Math.abs(Date.now() - held.at) > LEASE_MS;
      if (isFree) localStorage.setItem(LEASE, JSON.stringify({ tab: this.#tab, at: Date.now() }));
      return isFree;
    } catch {
      return true;
    }
  }

  #release() {
    try {
      localStorage.removeItem(LEASE);
    } catch {
      // There is none.
    }
  }
}
