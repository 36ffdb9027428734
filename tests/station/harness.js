// A device and an installation to try the journal with, in one page.
//
// The device is an iframe: taking it away is a tab that was killed. The installation is a double
// of what docs/station-protocol.md says, and the network between them loses what it is told to.

export const KEY = "K7QM-2F9D-XW3H-TPA4";

const STORE_OPENS_WITHIN_MS = 8000;

/** Numbers that are the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An installation; `network()` names what becomes of the next request. */
export class Installation {
  constructor() {
    this.node = { id: "a".repeat(32), name: "Camp", epoch: "one" };
    this.records = new Map();
    this.network = () => "through";
    this.mostBytes = Infinity;
    this.contacts = [];
    this.verdict = () => null;
    this.skewMs = 0;
    this.revoked = null;
    this.questions = [];
    this.etag = '"p1"';
    this.isKnown = true;
  }

  now() { return performance.timeOrigin + performance.now() + this.skewMs; }

  async fetch(address, { headers = {}, body } = {}) {
    const fate = this.network(address);
    await new Promise((go) => { setTimeout(go, 1); });
    if (fate === "cut before") throw new TypeError("Failed to fetch");
    if (fate === "answers 503") return new Response("<h1>busy</h1>", { status: 503 });
    if (fate === "another’s page") {
      return new Response("<h1>Welcome to the hotel</h1>", { headers: { "Content-Type": "text/html" } });
    }
    const [status, answer, etag] = this.answer(address, headers, body);
    if (fate === "cut after") throw new TypeError("Failed to fetch");
    if (fate === "answers 500 after") return new Response("", { status: 500 });
    const text = JSON.stringify(answer);
    const sent = fate === "half" ? text.slice(0, Math.floor(text.length / 2)) : text;
    return new Response(status === 304 ? null : sent, {
      status,
      headers: { "Content-Type": "application/json", ...(etag ? { ETag: etag } : {}) },
    });
  }

  answer(address, headers, body) {
    const path = address.replace("/api/v1/station", "").replace(/\?.*/, "");
    if (path === "/clock") return [200, { now: Math.round(this.now()) }];
    if (!this.isKnown || headers.Authorization !== `Bearer ${KEY}`) return [401, { status: 401 }];
    if (path === "/post") {
      return headers["If-None-Match"] === this.etag ? [304, null] : [200, this.post(), this.etag];
    }
    if (path === "/start-list") {
      return [200, { entries: [["12", "Ana Ruiz", "W40", "Full race", "Ibex"]] }, '"r1"'];
    }
    if (path === "/field") return [200, { as_of: 5, revision: 1, entries: {} }, '"f1"'];
    if (body.length > this.mostBytes) return [413, { status: 413 }];
    return [200, this.take(JSON.parse(body))];
  }

  take({ device, records }) {
    this.contacts.push(device);
    const verdicts = records.map((record) => {
      const special = this.verdict(record);
      if (special !== null) return { id: record.id, verdict: special, message: special };
      const text = JSON.stringify(record);
      const here = this.records.get(record.id);
      if (here === undefined) this.records.set(record.id, text);
      const verdict = here === undefined ? "accepted" : here === text ? "known" : "conflict";
      return { id: record.id, verdict, message: "", is_marked: this.revoked !== null };
    });
    return {
      now: Math.round(this.now()), node: this.node, revision: this.records.size, verdicts,
      post: this.etag, start_list: '"r1"', questions: this.questions, revoked: this.revoked,
    };
  }

  /** What is here, as the protocol's records. */
  all() { return [...this.records.values()].map((text) => JSON.parse(text)); }

  post() {
    const control = (code, base, way) => ({
      code, base, way, name: "Oberalp", number: 1, symbol: "checkpoint", distance_m: 14000,
      source: "checkpoint", closes: [], checks: [],
    });
    return {
      node: this.node, nodes: [this.node],
      race: { slug: "valleys", name: "Valleys", timezone: "Europe/Zurich", utc_offsets: [[0, 7200000]] },
      station: { label: "Oberalp", role: "main", key: "K7QM", revoked: null },
      stages: [{
        number: 1, name: "First", date: "2026-08-28", guns: [], is_current: true,
        controls: [control("PASS", "PASS", ""), control("HUT.in", "HUT", "in"), control("HUT.out", "HUT", "out")],
      }],
      start_list: '"r1"',
    };
  }
}

/** A device: what its clock shows can be set, and its tab closed, killed and opened again. */
export class Device {
  constructor(installation, { isHasty = true } = {}) {
    this.installation = installation;
    this.isHasty = isHasty;
    this.skewMs = 0;    // the device's clock less the true one
    this.sleptMs = 0;   // how long its monotonic clock stood
    this.frame = null;
    this.prepare = () => {};
  }

  /** Open the app; gives its journal. */
  async open() {
    this.frame = document.createElement("iframe");
    this.frame.src = "/frame";
    const opened = new Promise((resolve, reject) => {
      this.frame.opened = resolve;
      this.frame.failed = reject;
    });
    this.frame.prepare = (page) => this.#fit(page);
    document.body.append(this.frame);
    this.journal = await opened;
    return this.journal;
  }

  /** The tab is gone, whatever it was doing. */
  kill() {
    this.frame?.remove();
    this.frame = null;
  }

  async reopened() {
    this.kill();
    return this.open();
  }

  #fit(page) {
    const { setTimeout: later } = page;
    const mono = page.performance.now.bind(page.performance);
    const origin = page.performance.timeOrigin;
    // Everything waits a hundredth, so that days of trying again take seconds.
    // A store that is slow to open on a busy machine is not a broken one.
    const hastened = (ms) => (ms === STORE_OPENS_WITHIN_MS ? ms : ms / 100);
    if (this.isHasty) {
      page.setTimeout = (act, ms, ...rest) => later.call(page, act, hastened(ms), ...rest);
    }
    page.performance.now = () => mono() - this.sleptMs;
    page.Date.now = () => Math.round(origin + mono() + this.skewMs);
    // What is left of a frame that was taken away may run on for a moment; a dead tab asks nobody
    // and writes nothing.
    const { frame } = this;
    const { setItem } = page.Storage.prototype;
    page.Storage.prototype.setItem = function (...given) {
      if (isThere()) setItem.apply(this, given);
    };
    const isThere = () => this.frame === frame;
    page.fetch = (address, options) => (
      isThere() ? this.installation.fetch(address, options) : new Promise(() => {})
    );
    this.prepare(page);
  }
}

/** Let the world go on until `is()` holds. */
export async function until(is, what = "what was waited for", most = 15_000) {
  const end = performance.now() + most;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((go) => { setTimeout(go, 5); });
  }
}

/** A passing to keep. */
export function passing(bib, more = {}) {
  return { kind: "passing", stage: 1, control: "PASS", bib: String(bib), ...more };
}

/** Everything the device has, gone. */
export async function wiped() {
  localStorage.clear();
  await new Promise((resolve, reject) => {
    const asked = indexedDB.deleteDatabase("bivouac-station");
    asked.onsuccess = resolve;
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => {};
  });
}
