// A key that must be held: a ring fills while it is, and nothing happens when it is let go early.

import { s } from "./dom.js";

const HELD_MS = 1000;
const ARMED_MS = 6000;

/**
 * Make `button` act when held for a second, by finger or by Enter or space. Who can only click, as
 * by a screen reader, clicks twice. `mayStart` says whether there is something to do; `onEarly`
 * is told when it was let go too early, `onArmed` after a first click.
 */
export function holdKey(button, { act, mayStart, onEarly, onArmed }) {
  const ring = s("svg", { class: "ring", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("circle", { cx: 12, cy: 12, r: 10, pathLength: 100 }));
  button.append(ring);
  let timer = null;
  let armed = -Infinity;
  let ended = -Infinity;

  function start() {
    if (timer !== null || !mayStart()) return;
    button.classList.add("held");
    timer = setTimeout(() => {
      stop();
      act();
    }, HELD_MS);
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    ended = performance.now();
    button.classList.remove("held");
  }

  function early() {
    if (timer === null) return;
    stop();
    onEarly();
  }

  button.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    button.setPointerCapture?.(event.pointerId);
    ended = Infinity;
    start();
    if (timer === null) ended = performance.now();
  });
  for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, early);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) start();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      early();
    }
  });
  button.addEventListener("blur", early);
  button.addEventListener("click", (event) => {
    if (timer !== null || ended === Infinity || event.timeStamp - ended < 1500 || !mayStart()) return;
    if (event.timeStamp - armed < ARMED_MS) {
      armed = -Infinity;
      act();
    } else {
      armed = event.timeStamp;
      onArmed();
    }
  });
  return { start, early };
}
