// What this device's user has chosen, and what is half done. Kept by the browser; never records.

const NAME = "bivouac-station/choices";
const USUAL = {
  theme: "", large: false, sound: true, vibration: true, left: false, awake: true,
  mode: "bib", places: {}, gaps: [], answered: [], sheet: null, joining: "",
};

export class Settings extends EventTarget {
  #kept = { ...USUAL };

  constructor() {
    super();
    try {
      Object.assign(this.#kept, JSON.parse(localStorage.getItem(NAME) ?? "{}"));
    } catch {
      // A browser that keeps nothing: the choices last as long as the page.
    }
  }

  get(name) {
    return this.#kept[name];
  }

  set(name, value) {
    this.#kept[name] = value;
    try {
      localStorage.setItem(NAME, JSON.stringify(this.#kept));
    } catch {
      // As above.
    }
    this.dispatchEvent(new Event("change"));
  }
}

/** Put the choices that are seen on the page. */
export function show(settings, root = document.documentElement) {
  const theme = settings.get("theme");
  if (theme === "") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.classList.toggle("large", settings.get("large"));
  root.classList.toggle("left", settings.get("left"));
}
