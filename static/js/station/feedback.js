// What a hand feels and an ear hears: short, and different for right, unknown and twice.

const SOUNDS = {
  key: [],
  tap: [[1200, 0, 40]],
  recorded: [[880, 0, 70], [1320, 80, 90]],
  unknown: [[440, 0, 140], [440, 190, 140]],
  again: [[660, 0, 90], [440, 110, 160]],
  refused: [[220, 0, 260]],
};
const SHAKES = {
  key: 12, tap: 25, recorded: 45, unknown: [70, 60, 70], again: [40, 50, 40, 50, 120],
  refused: [200],
};

export class Feedback {
  #settings;
  #sound = null;

  constructor(settings) {
    this.#settings = settings;
    // To open the device's sound takes long; it must not be at the first tap.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => this.#open());
  }

  /** `name` is one of key, tap, recorded, unknown, again, refused. */
  give(name) {
    if (this.#settings.get("vibration")) navigator.vibrate?.(SHAKES[name]);
    if (this.#settings.get("sound") && SOUNDS[name].length > 0) this.#play(SOUNDS[name]);
  }

  #open() {
    if (!this.#settings.get("sound")) return;
    try {
      this.#sound ??= new AudioContext();
    } catch {
      // A device without sound.
    }
  }

  #play(tones) {
    try {
      this.#sound ??= new AudioContext();
      if (this.#sound.state === "suspended") this.#sound.resume();
      for (const [pitch, after, lasts] of tones) this.#tone(pitch, after / 1000, lasts / 1000);
    } catch {
      // A device without sound.
    }
  }

  #tone(pitch, after, lasts) {
    const begins = this.#sound.currentTime + after;
    const tone = this.#sound.createOscillator();
    const level = this.#sound.createGain();
    tone.type = "square";
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0.12, begins);
    level.gain.exponentialRampToValueAtTime(0.001, begins + lasts);
    tone.connect(level).connect(this.#sound.destination);
    tone.start(begins);
    tone.stop(begins + lasts);
  }
}
