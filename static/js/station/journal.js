// Everything this device recorded, and what it knows of its posts: see docs/station-protocol.md.
//
// What was tapped is on disk before `keep` resolves, is never changed and never deleted, and is
// brought to an installation as soon as one answers. "change" is dispatched when anything below
// has changed, also by another tab. All times are UTC milliseconds.

import { askField, askPost, askStartList, bring, Refusal } from "./contact.js";
import { deviceName, originInstead, parseKey, recordId } from "./ids.js";
import { Sending } from "./sending.js";
import { keepForGood, room, watchBattery } from "./storage.js";
import { DISK, MEMORY, openStore } from "./store.js";
import { Tabs } from "./tabs.js";
import { Timing } from "./timing.js";
import { followApp } from "./updates.js";
import { names, renamed, wireOf } from "./wire.js";
import { instantOf } from "./zone.js";

const FIELD_EVERY_MS = 15_000;
const ROOM_EVERY_MS = 60_000;

/** A key that can't be joined: `reason` is "unknown", "unreachable" or "not-a-key". */
export class JoinError extends Error {
  constructor(reason) {
    super(`cannot join: ${reason}`);
    this.reason = reason;
  }
}

/** The journal of this device. */
export async function openJournal() {
  const store = await openStore();
  const kept = await store.all();
  const journal = new Journal(store, await Timing.begin(store, kept));
  await journal.open(kept);
  return journal;
}

class Journal extends EventTarget {
  #store;
  #timing;
  #sending;
  #tabs;
  #records = new Map();
  #posts = new Map();
  #lists = new Map();
  #fields = new Map();
  #fieldAskedAt = new Map();
  #chosen = null;
  #shift = "on";
  #writing = 0;
  #keeping = 0;              // taps among what is being written
  #room = { used: null, quota: null, isPersisted: false, isLow: false };
  #battery = { battery: null, isCharging: null };
  #isReachable = null;
  #shown = new WeakMap();    // record -> its line, and what that was made of
  #corrected = null;         // {voids, assigns}, until records change
  #answers = new Map();      // key -> {questions, revoked}
  #unknown = new Set();      // keys that the installation does not know
  #opened = new Set();       // `key node` of installations that showed that the key is theirs
  #contacted = new Set();    // keys that were brought something in this round
  #app = { isWorkerReady: false, isUpdateReady: false, version: "" };
  #isTelling = false;
  #roomAskedAt = null;

  constructor(store, timing) {
    super();
    this.#store = store;
    this.#timing = timing;
    this.#sending = new Sending((most) => this.#exchange(most));
    this.#tabs = new Tabs((said) => this.#hear(said));
  }

  async open({ records, posts, lists }) {
    const inOrder = records.sort((one, other) => one.tap.run - other.tap.run
      || one.tap.mono - other.tap.mono || one.number - other.number);
    for (const record of inOrder) this.#records.set(record.id, record);
    for (const post of posts) this.#posts.set(post.key, post);
    for (const list of lists) this.#lists.set(list.key, list);
    const chosen = await this.#store.setting("chosen");
    this.#chosen = this.#posts.has(chosen) ? chosen : (posts[0]?.key ?? null);
    this.#shift = (await this.#store.setting("shift")) ?? "on";
    this.#timing.addEventListener("break", () => this.#sending.now());
    this.#app = followApp((app) => { this.#app = app; this.#tell(); });
    watchBattery((battery) => { this.#battery = battery; this.#tell(); });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#sending.now();
    });
    this.#settle();
    this.#sending.now();
  }

  // Posts ------------------------------------------------------------------------------

  get posts() { return [...this.#posts.values()].map(({ key, post }) => ({ key, post })); }

  get post() { return this.#posts.get(this.#chosen)?.post ?? null; }

  /** The key of the chosen post. */
  get key() { return this.#chosen; }

  async choose(key) {
    if (!this.#posts.has(key)) throw new Error("this key was not joined");
    this.#chosen = key;
    await this.#store.set("chosen", key);
    this.#tabs.say({ what: "posts" });
    this.#tell();
  }

  async join(text) {
    const key = parseKey(text);
    if (key === null) throw new JoinError("not-a-key");
    try {
      await this.#learnPost(key, null);
    } catch (error) {
      throw new JoinError(isUnknownKey(error) ? "unknown" : "unreachable");
    }
    keepForGood().then(() => this.#askRoom());
    await this.choose(key);
    try {
      await this.#learnList(key);
    } catch {
      // It is asked for again at the next contact.
    }
    this.#unknown.delete(key);
    this.#sending.now();
  }

  async leave(key) {
    if (this.#unsent(key).length > 0) throw new Error("there are unsent records");
    this.#posts.delete(key);
    this.#lists.delete(key);
    await this.#store.forget(key);
    if (this.#chosen === key) {
      this.#chosen = this.posts[0]?.key ?? null;
      await this.#store.set("chosen", this.#chosen);
    }
    this.#tabs.say({ what: "posts" });
    this.#tell();
  }

  get entries() { return entriesOf(this.#lists.get(this.#chosen)); }

  field(stage, control) {
    const key = this.#chosen;
    if (key === null) return null;
    const of = fieldOf(key, stage, control);
    const now = performance.now();
    if (now - (this.#fieldAskedAt.get(of) ?? -Infinity) > FIELD_EVERY_MS) {
      this.#fieldAskedAt.set(of, now);
      this.#learnField(key, stage, control);
    }
    return this.#fields.get(of)?.known ?? null;
  }

  // Records ----------------------------------------------------------------------------

  /** The moment of a press. */
  tap() { return this.#timing.look(); }

  estimate(tap) { return this.#timing.estimate(tap); }

  /** Keep drafts, all or none of them; they are on disk when this resolves. */
  async keep(drafts) {
    const key = this.#chosen ?? "";
    const makers = drafts.map(({ tap = this.tap(), ...draft }) => (id, origin, number) => ({
      id, origin, number, key, draft, tap,
      state: "unsent", message: "", wire: null, took: null, isMarked: false, isCarried: false,
    }));
    this.#writing += 1;
    this.#keeping += 1;
    let records;
    try {
      records = await this.#store.add(makers);
    } finally {
      this.#writing -= 1;
      this.#keeping -= 1;
    }
    for (const record of records) this.#records.set(record.id, record);
    this.#saw(records);
    this.#sending.soon();
    if (this.#store.isFull) this.#askRoom();
    return records;
  }

  /** The passings of a place on a stage, as they stand after voids and assigns; newest last. */
  lines({ stage, base }) {
    const { voids, assigns } = this.#corrections();
    const { post } = this;
    const place = post?.stages.find(({ number }) => number === stage);
    const controls = new Set(
      (place?.controls ?? []).filter((control) => control.base === base).map(({ code }) => code),
    );
    controls.add(base);
    const found = [];
    for (const record of this.#records.values()) {
      const { draft, id } = record;
      if (draft.kind !== "passing" || draft.stage !== stage || !controls.has(draft.control)) continue;
      const assign = assigns.get(id);
      const isDated = draft.typed !== undefined || record.wire !== null || record.isCarried;
      const sign = [
        record.state, record.message, record.wire, draft, record.isMarked, assign, voids.get(id),
        post, isDated ? null : this.#timing.version,
      ];
      // The same line as before where nothing is different: what shows it need not look again.
      const before = this.#shown.get(record);
      if (before?.sign.every((part, nth) => part === sign[nth])) {
        found.push(before.line);
        continue;
      }
      const line = {
        id,
        number: record.number,
        draft,
        bib: assign?.draft.bib ?? draft.bib ?? "",
        ...this.#timeOf(record, place?.date),
        state: record.state,
        message: record.message,
        isVoided: voids.has(id),
        voidId: voids.get(id)?.id ?? null,
        assignId: assign?.id ?? null,
        isMarked: record.isMarked,
        isTyped: draft.typed !== undefined,
        isCarried: record.isCarried,
        tap: record.tap,
      };
      this.#shown.set(record, { sign, line });
      found.push(line);
    }
    return found;
  }

  /** Rulings of this device that stand, oldest first: {id, draft, time, state, message}. */
  rulings() {
    const { voids } = this.#corrections();
    return [...this.#records.values()]
      .filter(({ id, draft }) => draft.kind === "ruling" && !voids.has(id))
      .map((record) => ({
        id: record.id, number: record.number, draft: record.draft, ...this.#timeOf(record), state: record.state,
        message: record.message,
      }));
  }

  // Leaving the device -----------------------------------------------------------------

  /** [{key, record}], wire records that say the same for good from now on. */
  async leaving({ only = "unsent" } = {}) {
    const chosen = [...this.#records.values()]
      .filter((record) => only === "all" || record.state !== "sent");
    await this.#fix(chosen);
    return chosen.map((record) => ({ key: record.key || this.#chosen, record: record.wire }));
  }

  /** Keep what another device recorded, and send it. {taken, known}: how many. */
  async takeIn({ key = null, records }) {
    const fresh = new Map();
    for (const wire of records) {
      if (!this.#records.has(wire.id)) fresh.set(wire.id, this.#carried(wire, key));
    }
    if (fresh.size > 0) {
      this.#writing += 1;
      try {
        await this.#store.takeIn([...fresh.values()]);
      } finally {
        this.#writing -= 1;
      }
      for (const [id, record] of fresh) this.#records.set(id, record);
      this.#saw([...fresh.values()]);
      this.#sending.soon();
    }
    return { taken: fresh.size, known: records.length - fresh.size };
  }

  async shift(state) {
    this.#shift = state;
    await this.#store.set("shift", state);
    this.#tell();
    this.#sending.now();
  }

  /** Try now. Resolves when the attempt is over: whether somebody answered. */
  async contact() { return this.#sending.now(); }

  /** Put the new version of the app in the old one's place; nothing is being written then. */
  async update() {
    while (this.#writing > 0) await new Promise((go) => { setTimeout(go, 20); });
    this.#app.takeOver?.();
  }

  /** The race's time now, as well as this device knows it. */
  get now() { return this.#timing.estimate(this.#timing.look()).time; }

  get status() {
    const all = [...this.#records.values()];
    const unsent = all.filter(({ state }) => state === "unsent");
    const now = this.#timing.estimate(this.#timing.look());
    const oldest = unsent.reduce((least, { tap }) => Math.min(least, tap.wall), Infinity);
    const { questions = [], revoked = null } = this.#answers.get(this.#chosen) ?? {};
    const { isWorkerReady, isUpdateReady, version } = this.#app;
    return {
      device: deviceName(this.#store.origin),
      recorded: all.filter(({ draft }) => draft.kind === "passing").length,
      unsent: unsent.length,
      oldestUnsent: unsent.length > 0 ? oldest : null,
      refused: all.filter(({ state }) => state === "refused").length,
      clock: now.offset === null ? null : {
        offset: now.offset, uncertainty: now.uncertainty, age: now.age, isGuarded: now.isGuarded,
      },
      lastContact: this.#timing.contact?.at ?? null,
      isReachable: this.#isReachable,
      isKeyUnknown: this.#unknown.has(this.#chosen),
      node: this.#timing.contact?.node ?? null,
      revoked,
      questions,
      storage: {
        ...this.#room,
        isFull: this.#store.isFull,
        fault: this.#store.fault,
        // How well what was recorded is kept: "disk", "local" (localStorage) or "memory".
        place: all.some(({ place }) => place === MEMORY) ? MEMORY
          : (all.find(({ place }) => place !== DISK)?.place ?? this.#store.place),
      },
      battery: this.#battery,
      shift: this.#shift,
      isSecure: globalThis.isSecureContext,
      isWorkerReady,
      isUpdateReady,
      otherTabs: this.#tabs.others,
      app: version,
    };
  }

  // Exchanges --------------------------------------------------------------------------

  /** Bring a batch of one key's records; gives how many are left that can be brought. */
  async #exchange(most) {
    const key = this.#nextKey();
    try {
      if (this.#timing.isStale()) {
        await this.#timing.measure();
        this.#isReachable = true;
      }
    } catch (error) {
      this.#failed(error);
      throw error;
    }
    if (key === null) {
      this.#contacted.clear();
      this.#tell();
      return 0;
    }
    // A tap that is on its way to the disk goes first.
    while (this.#keeping > 0) await new Promise((go) => { setTimeout(go, 20); });
    const batch = this.#unsent(key).slice(0, most);
    if (batch.some(({ tap, wire }) => wire === null && tap.run !== this.#timing.run)) {
      await this.#timing.refresh();
    }
    await this.#fix(batch);
    try {
      const answer = await bring(key, this.#device(), batch.map(({ wire }) => wire));
      if (!await this.#isOfTheRace(key, answer.node)) throw new Refusal(401);
      this.#contacted.add(key);
      this.#unknown.delete(key);
      this.#settle();
      await this.#apply(key, batch, answer);
    } catch (error) {
      await this.#refusal(key, batch, error);
    }
    const left = this.#nextKey() === null ? 0 : Math.max(1, this.#unsent().length);
    if (left === 0) this.#contacted.clear();
    this.#tell();
    return left;
  }

  async #refusal(key, batch, error) {
    if (isUnknownKey(error)) {
      this.#unknown.add(key);
      this.#contacted.add(key);
      this.#isReachable = true;
      this.#tell();
      if (this.#nextKey() !== null) return;
      this.#contacted.clear();
      throw error;
    }
    const spoils = error instanceof Refusal && error.isOurs && batch.length === 1
      && [400, 413, 422].includes(error.status);
    if (spoils) {
      // It alone is what cannot be taken; the others must not wait for it.
      batch[0].state = "refused";
      batch[0].message = "The installation cannot read it.";
      await this.#rewrite(batch);
      return;
    }
    this.#failed(error);
    throw error;
  }

  #failed(error) {
    this.#contacted.clear();
    this.#isReachable = error instanceof Refusal;
    this.#tell();
  }

  /** The key to bring something next: one with unsent records, else who was not greeted yet. */
  #nextKey() {
    const keys = new Set([...this.#records.values()]
      .filter(({ state }) => state === "unsent").map(({ key }) => key || this.#chosen));
    for (const key of keys) {
      if (key !== null && !(this.#unknown.has(key) && this.#contacted.has(key))) return key;
    }
    const isGreeted = this.#chosen === null || this.#contacted.has(this.#chosen);
    return isGreeted ? null : this.#chosen;
  }

  /**
   * Whether what this installation says of a key's records is to be believed: the race knows it,
   * or the key opens the same race there, which names it.
   */
  async #isOfTheRace(key, node) {
    const known = this.#posts.get(key)?.post;
    const isNamed = (nodes = []) => nodes.some(({ id }) => id === node.id);
    if (isNamed(known?.nodes) || this.#opened.has(`${key} ${node.id}`)) return true;
    let answer;
    try {
      answer = await askPost(key, null);
    } catch (error) {
      // A revoked key opens nothing any more, but only who knows it can say so.
      if (error instanceof Refusal && error.isOurs && error.status === 403) return true;
      throw error;
    }
    const { body } = answer;
    const isSame = known === undefined || known.race.slug === body.race?.slug;
    if (!isSame || body.node?.id !== node.id || !isNamed(body.nodes)) return false;
    this.#opened.add(`${key} ${node.id}`);
    if (known !== undefined) await this.#keepPost(key, answer);
    return true;
  }

  async #apply(key, batch, answer) {
    const of = new Map(batch.map((record) => [record.id, record]));
    const { node, verdicts, questions = [], revoked = null } = answer;
    const took = { node: node.id, epoch: node.epoch };
    const changed = new Set();
    const conflicts = [];
    let judged = 0;
    for (const { id, verdict, message = "", is_marked: isMarked = false } of verdicts) {
      const record = of.get(id);
      if (record === undefined) continue;
      judged += 1;
      if (verdict === "accepted" || verdict === "known") {
        Object.assign(record, { state: "sent", message, isMarked, took });
        changed.add(record);
      } else if (verdict === "conflict") {
        conflicts.push(record);
      } else if (verdict === "refused" || verdict === "malformed") {
        Object.assign(record, { state: "refused", message, isMarked, took });
        changed.add(record);
      }
    }
    this.#meet(node, changed);
    // Where this is lost, they are brought again, and known.
    await this.#rewrite([...changed], { isStrict: false });
    if (conflicts.length > 0) await this.#reissue(conflicts);
    const contact = { at: this.now, node };
    const noted = this.#timing.noteContact(contact);
    this.#isReachable = true;
    this.#answers.set(key, { questions, revoked });
    this.#tabs.say({ what: "contact", key, contact, questions, revoked });
    await noted;
    if (batch.length > 0 && judged === 0) throw new Refusal(200);
    await this.#learn(key, answer);
  }

  /** Another epoch of a node, as after a backup was restored: it is offered everything again. */
  #meet(node, changed) {
    for (const record of this.#records.values()) {
      if (record.took?.node === node.id && record.took.epoch !== node.epoch) {
        Object.assign(record, { state: "unsent", took: null });
        changed.add(record);
      }
    }
  }

  /**
   * The ids of these are used by somebody else: they get others, and so do those that come. What
   * they get follows from what they say, so that each device that carries one gives it the same.
   */
  async #reissue(conflicts) {
    if (conflicts.some(({ origin }) => origin === this.#store.origin)) await this.#store.renew();
    const olds = new Set(conflicts.toSorted((one, other) => one.number - other.number));
    // Records name earlier ones, which therefore get theirs first.
    for (const old of olds) {
      const origin = originInstead(old.origin, old.wire);
      const id = recordId(origin, old.number);
      const wire = { ...old.wire, id };
      const record = this.#records.get(id)
        ?? { ...old, id, origin, wire, state: "unsent", message: "", took: null };
      const naming = [...this.#records.values()]
        .filter((one) => one !== old && names(one.draft, old.id));
      for (const one of naming) {
        one.draft = renamed(one.draft, old.id, id);
        if (one.wire === null) continue;
        // What may have left the device named somebody else's record: it is said anew.
        one.wire = renamed(one.wire, old.id, id);
        olds.add(one);
      }
      await this.#store.replace(old, record, naming);
      const inOrder = [...this.#records.values()].map((one) => (one === old ? record : one));
      this.#records = new Map(inOrder.map((one) => [one.id, one]));
      this.#saw([record, ...naming], [old.id]);
    }
  }

  /** What the answer says is newer than what is here. */
  async #learn(key, { post, start_list: list }) {
    try {
      const known = this.#posts.get(key);
      if (known === undefined) return;
      if (post && post !== known.etag) {
        await this.#learnPost(key, known.etag);
        await this.#offerRefused(key);
      }
      if (list && list !== this.#lists.get(key)?.etag) await this.#learnList(key);
    } catch {
      // The records are there; this can wait for the next contact.
    }
  }

  /** What the post did not allow, it may allow now. */
  async #offerRefused(key) {
    const refused = [...this.#records.values()]
      .filter((record) => record.state === "refused" && record.key === key);
    for (const record of refused) record.state = "unsent";
    await this.#rewrite(refused);
  }

  async #learnPost(key, etag) {
    const answer = await askPost(key, etag);
    if (answer !== null) await this.#keepPost(key, answer);
  }

  async #keepPost(key, { body, etag }) {
    const post = { key, post: body, etag };
    this.#posts.set(key, post);
    await this.#store.putPost(post);
    this.#tabs.say({ what: "posts" });
    this.#tell();
  }

  async #learnList(key) {
    const answer = await askStartList(key, this.#lists.get(key)?.etag);
    if (answer === null) return;
    const list = { key, etag: answer.etag, entries: answer.body.entries };
    this.#lists.set(key, list);
    await this.#store.putList(list);
    this.#tabs.say({ what: "posts" });
    this.#tell();
  }

  async #learnField(key, stage, control) {
    const of = fieldOf(key, stage, control);
    if (!this.#fields.has(of)) {
      const kept = await this.#store.field(of).catch(() => undefined);
      if (kept !== undefined && !this.#fields.has(of)) this.#knowField(kept);
    }
    try {
      const answer = await askField(key, stage, control, this.#fields.get(of)?.etag);
      if (answer === null) return;
      await idle();
      const field = { of, etag: answer.etag, body: answer.body };
      this.#knowField(field);
      await this.#store.putField(field);
    } catch {
      // What is known stays; it says how old it is.
    }
  }

  #knowField({ of, etag, body }) {
    const entries = new Map(Object.entries(body.entries).map(
      ([bib, [state, control, seen, expected]]) => [bib, { state, control, seen, expected }],
    ));
    this.#fields.set(of, { etag, known: { asOf: body.as_of, entries } });
    this.#tell();
  }

  #device() {
    const { clock, unsent, recorded, oldestUnsent, storage, battery, app } = this.status;
    const { used, quota, isPersisted } = storage;
    return {
      origin: this.#store.origin,
      name: deviceName(this.#store.origin),
      app,
      now: Date.now(),
      recorded,
      unsent,
      oldest_unsent: oldestUnsent === null ? null : Math.round(oldestUnsent),
      clock: clock === null ? null : {
        offset_ms: clock.offset, uncertainty_ms: clock.uncertainty, age_ms: clock.age,
        is_guarded: clock.isGuarded,
      },
      battery: battery.battery,
      is_charging: battery.isCharging,
      storage: used === null ? null : { used, quota, is_persisted: isPersisted },
      shift: this.#shift,
    };
  }

  // What is here -----------------------------------------------------------------------

  /** Write down what these say when they leave, before they do. */
  async #fix(records) {
    const open = records.filter(({ wire }) => wire === null);
    for (const record of open) {
      const source = this.#sourceOf(record);
      record.wire = wireOf(record, this.#timing.estimate(record.tap), source);
    }
    await this.#rewrite(open);
  }

  async #rewrite(records, how = {}) {
    if (records.length === 0) return;
    this.#writing += 1;
    try {
      await this.#store.put(records, how);
    } finally {
      this.#writing -= 1;
    }
    this.#saw(records);
  }

  #sourceOf({ key, draft }) {
    const post = this.#posts.get(key || this.#chosen)?.post;
    const stage = post?.stages.find(({ number }) => number === draft.stage);
    return stage?.controls.find(({ code }) => code === draft.control)?.source ?? "checkpoint";
  }

  #unsent(key = null) {
    return [...this.#records.values()].filter((record) => record.state === "unsent"
      && (key === null || (record.key || this.#chosen) === key));
  }

  #corrections() {
    this.#corrected ??= this.#correctionsNow();
    return this.#corrected;
  }

  #correctionsNow() {
    const rulings = [...this.#records.values()].filter(({ draft }) => draft.kind === "ruling");
    const voids = new Map();
    // A void is voided by later ones only, so that the last is judged first.
    for (const record of rulings.filter(({ draft }) => draft.ruling === "void").reverse()) {
      if (!voids.has(record.id)) voids.set(record.draft.record, record);
    }
    const assigns = new Map();
    for (const record of rulings) {
      if (record.draft.ruling === "assign" && !voids.has(record.id)) {
        assigns.set(record.draft.record, record);
      }
    }
    return { voids, assigns };
  }

  #timeOf({ draft, tap, wire, isCarried }, date) {
    if (draft.typed !== undefined) {
      const offsets = this.post?.race.utc_offsets ?? [];
      const time = date ? instantOf(draft.typed, date, offsets) : null;
      return { time: time ?? Date.parse(draft.typed), uncertainty: null, offset: null };
    }
    if (wire !== null) {
      return {
        time: Date.parse(wire.time ?? wire.at),
        uncertainty: wire.uncertainty_ms ?? null,
        offset: wire.offset_ms ?? null,
      };
    }
    if (isCarried) return { time: tap.wall, uncertainty: null, offset: null };
    const { time, uncertainty, offset } = this.#timing.estimate(tap);
    return { time, uncertainty, offset };
  }

  /** The record of another device's wire record. */
  #carried(wire, key) {
    const hex = wire.id.replaceAll("-", "");
    const { kind, id, time, at, device, device_time, offset_ms, offset_age_ms, uncertainty_ms,
      ...rest } = wire;
    const isTyped = kind === "passing" && Number.isNaN(Date.parse(time));
    return {
      id,
      origin: hex.slice(0, 20),
      number: Number.parseInt(hex.slice(20), 16),
      key: key ?? "",
      draft: { kind, ...rest, ...(isTyped ? { typed: time } : {}) },
      tap: this.tap(),
      state: "unsent",
      message: "",
      wire,
      took: null,
      isMarked: false,
      isCarried: true,
    };
  }

  #settle() {
    this.#store.layBallast().then(() => this.#askRoom());
  }

  async #askRoom() {
    const before = this.#roomAskedAt;
    this.#roomAskedAt = performance.now();
    if (before !== null && this.#roomAskedAt - before < ROOM_EVERY_MS && !this.#store.isFull) return;
    this.#room = await room();
    this.#tell();
  }

  /** Records were written here: tell the page and the other tabs. */
  #saw(records, gone = []) {
    this.#corrected = null;
    this.#tabs.say({ what: "records", ids: records.map(({ id }) => id), gone });
    this.#tell();
  }

  async #hear(said) {
    if (said.what === "records") {
      const found = await this.#store.records(said.ids);
      for (const id of said.gone) this.#records.delete(id);
      for (const record of found) {
        const here = this.#records.get(record.id);
        if (here === undefined) this.#records.set(record.id, record);
        // The tab that sends knows best what became of a record.
        else if (!this.#sending.isRunning) Object.assign(here, record);
      }
      this.#corrected = null;
    } else if (said.what === "posts") {
      const { posts, lists } = await this.#store.all();
      this.#posts = new Map(posts.map((post) => [post.key, post]));
      this.#lists = new Map(lists.map((list) => [list.key, list]));
      if (!this.#posts.has(this.#chosen)) this.#chosen = posts[0]?.key ?? null;
    } else if (said.what === "contact") {
      this.#timing.noteContact(said.contact);
      this.#isReachable = true;
      this.#answers.set(said.key, { questions: said.questions, revoked: said.revoked });
    }
    this.#tell();
  }

  /** One "change" for all that changed in this turn. */
  #tell() {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}

/** A moment when nothing is asked of the page: what is large can wait for it. */
function idle() {
  return new Promise((go) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(go, { timeout: 500 });
    else setTimeout(go);
  });
}

function fieldOf(key, stage, control) {
  return `${key} ${stage} ${control}`;
}

function isUnknownKey(error) {
  return error instanceof Refusal && error.status === 401;
}

/** Read once: a start list is large, and asked for at every digit. */
const read = new WeakMap();

const NOBODY = new Map();

function entriesOf(list) {
  if (list === undefined) return NOBODY;
  if (!read.has(list)) {
    read.set(list, new Map(list.entries.map(([bib, name, detail, division, team]) => (
      [bib, { bib, name, detail, division, team }]
    ))));
  }
  return read.get(list);
}
