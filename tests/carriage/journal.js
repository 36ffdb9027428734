// A journal in memory with what the carriage views take of journal.js.

export class Journal extends EventTarget {
  posts;
  records;
  sent = new Set();
  taken = [];
  #shift = "on";

  constructor(records = [], posts = [
    { key: "K7QM-2F9D-XW3H-TPA4", post: { race: { slug: "three-valleys" } } },
  ]) {
    super();
    this.records = records;
    this.posts = posts;
  }

  get status() {
    return {
      recorded: this.records.length, unsent: this.records.length - this.sent.size, refused: 0,
      shift: this.#shift,
    };
  }

  async leaving({ only }) {
    return this.records.filter(({ id }) => only === "all" || !this.sent.has(id))
      .map((record) => ({ key: this.posts[0]?.key ?? null, record }));
  }

  async takeIn(carried) {
    const here = new Set(this.taken.flatMap(({ records }) => records.map(({ id }) => id)));
    const fresh = carried.records.filter(({ id }) => !here.has(id));
    this.taken.push({ key: carried.key, records: fresh });
    return { taken: fresh.length, known: carried.records.length - fresh.length };
  }

  async shift(state) {
    this.#shift = state;
    this.dispatchEvent(new Event("change"));
  }
}
