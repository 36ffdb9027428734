// The screen stays on while the app is looked at: by a wake lock, else by a film of nothing.

export class Awake {
  #settings;
  #lock = null;
  #film = null;
  state = "off";  // "lock", "film" or "off"

  constructor(settings) {
    this.#settings = settings;
    document.addEventListener("visibilitychange", () => this.hold());
    settings.addEventListener("change", () => this.hold());
    // Films start at a touch only.
    addEventListener("pointerdown", () => this.hold(), { passive: true });
  }

  async hold() {
    if (document.visibilityState !== "visible") return;
    if (!this.#settings.get("awake")) {
      await this.#lock?.release();
      this.#film?.pause();
      this.state = "off";
      return;
    }
    if (this.#lock !== null || this.state === "film") return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      this.state = "lock";
      this.#lock.addEventListener("release", () => {
        this.#lock = null;
        this.state = "off";
      });
    } catch {
      await this.#show();
    }
  }

  async #show() {
    try {
      const canvas = document.createElement("canvas");
      canvas.getContext("2d").fillRect(0, 0, 1, 1);
      this.#film ??= Object.assign(document.createElement("video"), {
        muted: true, loop: true, playsInline: true, srcObject: canvas.captureStream(1),
      });
      await this.#film.play();
      this.state = "film";
    } catch {
      this.state = "off";
    }
  }
}
