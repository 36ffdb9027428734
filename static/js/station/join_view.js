// Joining: a link, a typed code, or the camera.

import { scan as startScan } from "./carriage/scanner.js";
import { noCameraWords } from "./carriage/words.js";
import { h, write } from "./dom.js";
import { parseKey } from "./ids.js";
import { field, page } from "./page.js";

const WHY = {
  unknown: "This key is not known there. Look again, or ask who gave it to you.",
  unreachable: "Nobody answers. The first time, the network of the race is needed. The key stays here and is tried again.",
  "not-a-key": "A key has sixteen letters and digits, such as K7QM-2F9D-XW3H-TPA4.",
};

export function joinView(app, { key = "" }) {
  const code = field("Key of the station", {
    value: key, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 200, placeholder: "K7QM-2F9D-XW3H-TPA4",
  }, "It stands on the sheet you were given. Small letters and dashes do not matter.");
  const said = h("p", { class: "fault", role: "alert" });
  const button = h("button", { class: "btn main big", text: "Join" });
  const scan = h("button", { type: "button", class: "btn big", text: "Scan the code with the camera", onclick: () => look() });
  const film = h("video", { class: "film", hidden: true, muted: true, playsinline: true, "aria-label": "What the camera sees" });
  let stopFilm = null;

  async function join(text) {
    button.disabled = true;
    write(button, "Asking …");
    write(said, "");
    try {
      await app.join(text);
    } catch (error) {
      write(said, WHY[error.reason] ?? String(error.message));
      app.settings.set("joining", error.reason === "unreachable" ? text : "");
      code.input.value = text;
      code.input.focus();
    } finally {
      button.disabled = false;
      write(button, "Join");
    }
  }

  async function look() {
    if (stopFilm !== null) {
      stop();
      return;
    }
    film.hidden = false;
    write(said, "");
    try {
      stopFilm = await startScan(film, async (text) => {
        if (parseKey(text) === null) {
          write(said, "That code is no key of a station.");
          return;
        }
        stop();
        await join(text);
      });
      if (!film.isConnected) stop();
      write(scan, "Stop the camera");
    } catch (error) {
      stop();
      write(said, `${noCameraWords(error.reason)} Type the key instead.`);
      code.input.focus();
    }
  }

  function stop() {
    stopFilm?.();
    stopFilm = null;
    film.hidden = true;
    write(scan, "Scan the code with the camera");
  }

  const view = page(app, { title: "Join a station", begin: code.input, end: stop },
    h("p", { text: "Times taken here stay on this device and are sent when somebody answers." }),
    h("form", {
      class: "stack", novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        join(code.input.value);
      },
    }, code.element, said, button), scan, film);
  if (app.journal.posts.length === 0) view.element.querySelector(".pagehead .ib").remove();
  if (key !== "") join(key);
  return view;
}
