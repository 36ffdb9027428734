// What a device keeps: records, posts, contacts and runs, on disk before anything is said of them.
//
// IndexedDB where there is one. A record that no room is left for, or that IndexedDB refuses,
// goes to localStorage, and where that refuses too it stays in memory: `place` says how well it
// is kept. Each id is given out once: the counter is written with the record, and a page that
// writes elsewhere counts under an origin of its own.

import { openDB } from "../../vendor/idb/index.js";
import { newOrigin, originBeside, recordId } from "./ids.js";

const NAME = "bivouac-station";
const VERSION = 1;
const STORES = {
  meta: undefined,
  ballast: undefined,
  records: { keyPath: "id" },
  posts: { keyPath: "key" },
  lists: { keyPath: "key" },
  fields: { keyPath: "of" },
  contacts: { keyPath: "id" },
  runs: { keyPath: "number" },
};
const SPILLED = "bivouac-station/record/";
const STRICT = { durability: "strict" };
const OPENS_WITHIN_MS = 8000;
const FRACTION = 2 ** -10;
const AT_ONCE = 25;  // records in one transaction: a tap waits for no longer one
const BALLAST_PIECES = 16;
const BALLAST_BYTES = 65_536;

/** How well something is kept. */
export const DISK = "disk";
export const LOCAL = "local";
export const MEMORY = "memory";

/** The store of this device; it works whatever the browser refuses. */
export async function openStore() {
  let database = null;
  let fault = "";
  try {
    database = await within(OPENS_WITHIN_MS, openDB(NAME, VERSION, {
      upgrade(opened) {
        for (const [name, options] of Object.entries(STORES)) {
          if (!opened.objectStoreNames.contains(name)) opened.createObjectStore(name, options);
        }
      },
      // Another page wants a newer database: it must not wait for this one.
      blocking(_from, _to, event) { event.target.close(); },
    }));
  } catch (error) {
    fault = String(error?.message || error);
  }
  const store = new Store(database, fault);
  await store.open();
  return store;
}

class Store {
  #database;
  #memory = { meta: new Map(), posts: new Map(), lists: new Map(), fields: new Map() };
  #spill = null;  // {origin, next}: what this page counts with outside of the database

  constructor(database, fault) {
    this.#database = database;
    this.fault = fault;       // why there is no database
    this.isFull = false;      // the last write found no room
    this.origin = "";
    this.place = database === null ? (canKeepLocally() ? LOCAL : MEMORY) : DISK;
  }

  async open() {
    this.origin = await this.#ownOrigin();
    if (this.#database === null) return;
    try {
      await this.#takeBackSpilled();
    } catch (error) {
      this.#note(error);
    }
  }

  /** Everything, as it was left. */
  async all() {
    if (this.#database === null) return this.#allLocal();
    const names = ["records", "posts", "lists", "contacts", "runs"];
    const tx = this.#database.transaction(names);
    const found = await Promise.all(names.map((name) => tx.objectStore(name).getAll()));
    const all = Object.fromEntries(names.map((name, nth) => [name, found[nth]]));
    for (const post of all.posts) this.#memory.posts.set(post.key, post);
    for (const post of locally("posts") ?? []) {
      if (this.#memory.posts.has(post.key)) continue;
      all.posts.push(post);
      await this.#write("posts", post);
    }
    const records = new Map(all.records.map((record) => [record.id, record]));
    for (const record of spilled()) {
      if (isMore(record, records.get(record.id))) records.set(record.id, record);
    }
    return { ...all, records: [...records.values()] };
  }

  /** Records, as they are on disk now: what another tab has written. */
  async records(ids) {
    if (this.#database === null) {
      const wanted = new Set(ids);
      return spilled().filter((record) => wanted.has(record.id));
    }
    const tx = this.#database.transaction("records");
    const found = await Promise.all(ids.map((id) => tx.store.get(id)));
    return found.filter((record) => record !== undefined);
  }

  /**
   * Number and keep new records. `made(id, origin, number)` gives the record of an id; all of them
   * are kept in one transaction, which is complete before this resolves.
   */
  async add(makers) {
    if (this.#database !== null) {
      try {
        return await this.#addHere(makers);
      } catch (error) {
        this.#note(error);
        if (isRoomMissing(error) && await this.#dropBallast()) {
          try {
            return await this.#addHere(makers);
          } catch (again) {
            this.#note(again);
          }
        }
      }
    }
    return makers.map((made) => this.#spillNew(made));
  }

  /**
   * Write records that have their ids: where they are, or where there is room for them. What can
   * be asked for again after a crash needs no `isStrict`, and holds up no tap.
   */
  async put(records, { isStrict = true } = {}) {
    const here = records.filter((record) => record.place === DISK);
    for (const record of records) if (record.place !== DISK) record.place = spillOne(record);
    if (here.length === 0) return;
    try {
      for (let from = 0; from < here.length; from += AT_ONCE) {
        await this.#putHere(here.slice(from, from + AT_ONCE), { isStrict });
      }
    } catch {
      // Noted. A full device must be able to send, and what it sends must be written down.
      for (const record of here) record.place = spillOne(record);
    }
  }

  /** Keep records of other devices, which bring their ids. */
  async takeIn(records) {
    if (this.#database !== null) {
      try {
        await this.#putHere(records.map((record) => Object.assign(record, { place: DISK })));
        return;
      } catch {
        // Noted by #putHere; the spill takes them.
      }
    }
    for (const record of records) record.place = spillOne(record);
  }

  /** One record in the place of another, and what must be written with it. */
  async replace(old, record, others) {
    const written = [record, ...others];
    if (old.place === DISK) {
      try {
        await this.#putHere(written.filter(({ place }) => place === DISK), { gone: [old.id] });
      } catch {
        // Noted. The old one comes back with the next start, and leads to the same new one again.
        for (const one of written) one.place = spillOne(one);
        return;
      }
    }
    for (const one of written) if (one.place !== DISK) one.place = spillOne(one);
    if (old.place !== DISK) unspill(old.id);
  }

  /** From now on ids are of a new origin: the old one is used by somebody else too. */
  async renew() {
    const origin = newOrigin();
    await this.#write("meta", { origin, next: 1 }, "device");
    this.#spill = null;
    this.origin = origin;
  }

  async putPost(post) { await this.#write("posts", post); }
  async putList(list) { await this.#write("lists", list); }

  async putField(field) { await this.#write("fields", field); }
  async setting(name) {
    if (this.#database === null) return this.#memory.meta.get(name);
    return this.#database.get("meta", name);
  }
  async set(name, value) { await this.#write("meta", value, name); }

  async field(of) {
    if (this.#database === null) return this.#memory.fields.get(of);
    return this.#database.get("fields", of);
  }

  async forget(key) {
    for (const name of ["posts", "lists"]) {
      this.#memory[name].delete(key);
      await this.#database?.delete(name, key);
    }
    keepLocally("posts", [...this.#memory.posts.values()]);
  }

  /** Set room aside while there is some, so that taps find it when there is none. */
  async layBallast() {
    if (this.#database === null || this.isFull) return;
    try {
      if (await this.#database.count("ballast") > 0) return;
      const tx = this.#database.transaction("ballast", "readwrite");
      for (let nth = 0; nth < BALLAST_PIECES; nth += 1) {
        tx.store.put(crypto.getRandomValues(new Uint8Array(BALLAST_BYTES)), nth);
      }
      await tx.done;
    } catch (error) {
      this.#note(error);
    }
  }

  /** The next run, with what `made(number, previous run)` says of it. */
  async beginRun(made) {
    if (this.#database !== null) {
      try {
        const tx = this.#database.transaction("runs", "readwrite");
        const cursor = await tx.store.openCursor(null, "prev");
        const previous = cursor?.value ?? null;
        const run = made(Math.floor(previous?.number ?? 0) + 1, previous);
        tx.store.put(run);
        await tx.done;
        keepLocally("run", run);
        return run;
      } catch (error) {
        this.#note(error);
      }
    }
    // Between the last run that the database knows and the next, and unlike any other there.
    const last = locally("run");
    const run = made((last?.number ?? 0) + (1 + Math.random()) * FRACTION, last);
    keepLocally("run", run);
    return run;
  }

  async putRun(run) {
    keepLocally("run", run);
    await this.#database?.put("runs", run).catch((error) => this.#note(error));
  }

  /** A contact, and the ids of those that need not be kept beside it. */
  async putContact(contact, dropped) {
    if (this.#database === null) return;
    try {
      const tx = this.#database.transaction("contacts", "readwrite");
      tx.store.put(contact);
      for (const id of dropped) tx.store.delete(id);
      await tx.done;
    } catch (error) {
      this.#note(error);
    }
  }

  /** What clocks showed in all tabs. */
  async timing() {
    if (this.#database === null) return { contacts: [], runs: [] };
    const tx = this.#database.transaction(["contacts", "runs"]);
    const [contacts, runs] = await Promise.all([
      tx.objectStore("contacts").getAll(), tx.objectStore("runs").getAll(),
    ]);
    return { contacts, runs };
  }

  async #addHere(makers) {
    const tx = this.#database.transaction(["meta", "records"], "readwrite", STRICT);
    const records = [];
    try {
      const meta = tx.objectStore("meta");
      const device = await meta.get("device");
      for (const made of makers) {
        const record = made(recordId(device.origin, device.next), device.origin, device.next);
        record.place = DISK;
        device.next += 1;
        tx.objectStore("records").add(record);
        records.push(record);
      }
      meta.put(device, "device");
      await tx.done;
    } catch (error) {
      await tx.done.catch(() => {});
      throw error;
    }
    this.isFull = false;
    return records;
  }

  async #putHere(records, { gone = [], isStrict = true } = {}) {
    for (const isRepeated of [false, true]) {
      try {
        const tx = this.#database.transaction("records", "readwrite", isStrict ? STRICT : {});
        for (const id of gone) tx.store.delete(id);
        for (const record of records) tx.store.put(record);
        await tx.done;
        return;
      } catch (error) {
        this.#note(error);
        if (isRepeated || !isRoomMissing(error) || !await this.#dropBallast()) throw error;
      }
    }
  }

  async #write(name, value, key) {
    this.#memory[name].set(key ?? value.key ?? value.of, value);
    // The posts stand in both places: where one of them fails, the other still knows them.
    if (name === "posts") keepLocally(name, [...this.#memory.posts.values()]);
    if (this.#database === null) {
      if (name === "meta") keepLocally(name, Object.fromEntries(this.#memory.meta));
      return;
    }
    try {
      await this.#database.put(name, value, key);
    } catch (error) {
      this.#note(error);
    }
  }

  async #ownOrigin() {
    if (this.#database !== null) {
      try {
        const tx = this.#database.transaction("meta", "readwrite", STRICT);
        let device = await tx.store.get("device");
        if (device === undefined) {
          device = { origin: newOrigin(), next: 1 };
          tx.store.put(device, "device");
        }
        await tx.done;
        return device.origin;
      } catch (error) {
        this.fault = String(error?.message || error);
        this.#database = null;
        this.place = canKeepLocally() ? LOCAL : MEMORY;
      }
    }
    for (const [name, value] of Object.entries(locally("meta") ?? {})) {
      this.#memory.meta.set(name, value);
    }
    const device = this.#memory.meta.get("device") ?? { origin: newOrigin() };
    await this.#write("meta", device, "device");
    return device.origin;
  }

  #allLocal() {
    for (const post of locally("posts") ?? []) this.#memory.posts.set(post.key, post);
    return {
      records: spilled(), posts: [...this.#memory.posts.values()], lists: [], contacts: [],
      runs: [],
    };
  }

  #spillNew(made) {
    // localStorage has no transactions: each page that writes there counts under its own origin.
    this.#spill ??= { origin: originBeside(this.origin), next: 1 };
    const { origin, next } = this.#spill;
    this.#spill.next += 1;
    const record = made(recordId(origin, next), origin, next);
    record.place = spillOne(record);
    return record;
  }

  /** What could not be written to the database once is written there now. */
  async #takeBackSpilled() {
    const waiting = spilled();
    const run = locally("run");
    if (waiting.length === 0) return;
    const tx = this.#database.transaction(["records", "runs"], "readwrite", STRICT);
    const records = tx.objectStore("records");
    for (const record of waiting) {
      if (isMore(record, await records.get(record.id))) records.put({ ...record, place: DISK });
    }
    if (run !== null) tx.objectStore("runs").put(run);
    await tx.done;
    for (const record of waiting) unspill(record.id);
  }


  async #dropBallast() {
    try {
      if (await this.#database.count("ballast") === 0) return false;
      await this.#database.clear("ballast");
      return true;
    } catch {
      return false;
    }
  }

  #note(error) {
    if (isRoomMissing(error)) this.isFull = true;
    else this.fault = String(error?.message || error);
  }
}

/**
 * Whether what was spilled says more than the database does of the same record: nothing is there,
 * or it is not yet settled what the record says. Whether it was sent is asked again.
 */
function isMore(one, kept) {
  return kept === undefined || (kept.wire === null && one.wire !== null);
}

function isRoomMissing(error) {
  return error?.name === "QuotaExceededError" || /quota|disk/i.test(error?.message ?? "");
}

/** A record into localStorage, or nowhere but memory: how well it is kept. */
function spillOne(record) {
  try {
    localStorage.setItem(SPILLED + record.id, JSON.stringify({ ...record, place: LOCAL }));
    return LOCAL;
  } catch {
    return MEMORY;
  }
}

function unspill(id) {
  try {
    localStorage.removeItem(SPILLED + id);
  } catch {
    // There is none.
  }
}

function spilled() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(SPILLED))
      .map((name) => JSON.parse(localStorage.getItem(name)));
  } catch {
    return [];
  }
}

function keepLocally(name, value) {
  try {
    localStorage.setItem(`bivouac-station/${name}`, JSON.stringify(value));
  } catch {
    // It stays in memory.
  }
}

function locally(name) {
  try {
    return JSON.parse(localStorage.getItem(`bivouac-station/${name}`));
  } catch {
    return null;
  }
}

function canKeepLocally() {
  try {
    localStorage.setItem("bivouac-station/probe", "1");
    localStorage.removeItem("bivouac-station/probe");
    return true;
  } catch {
    return false;
  }
}

/** `promise`, or an error when it has not come about in time. */
function within(ms, promise) {
  let timer = null;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error("The browser's store does not open.")), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
