// The other tabs of this app in this browser: who is there, and what they say.

const CHANNEL = "bivouac-station";
const GREETS_EVERY_MS = 10_000;
const GONE_AFTER_MS = 75_000;  // hidden tabs are let wait for a minute

export class Tabs {
  #channel = null;
  #name = String(Math.random());
  #seen = new Map();

  constructor(heard) {
    if (!("BroadcastChannel" in globalThis)) return;
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }) => {
      const { from, ...said } = data;
      const isNew = !this.#seen.has(from);
      if (said.what === "bye") this.#seen.delete(from);
      else this.#seen.set(from, performance.now());
      if (isNew && said.what !== "bye") this.say({ what: "here" });
      heard(said);
    };
    this.say({ what: "here" });
    setInterval(() => this.say({ what: "here" }), GREETS_EVERY_MS);
    globalThis.addEventListener("pagehide", () => this.say({ what: "bye" }));
  }

  get others() {
    const since = performance.now() - GONE_AFTER_MS;
    return [...this.#seen.values()].filter((at) => at > since).length;
  }

  say(said) {
    this.#channel?.postMessage({ from: this.#name, ...said });
  }
}
