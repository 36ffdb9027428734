// The buttons of a runner's page: follow on this device, share, compare with those one follows.

import { followed } from "./following.js";

const SAID_MS = 2500;

const who = document.querySelector("[data-entry]");
const { slug, entry } = who.dataset;
const follows = followed(slug);

const star = who.querySelector("[data-follow]");
if (star) {
  const show = () => {
    const on = follows.has(entry);
    star.setAttribute("aria-pressed", String(on));
    star.classList.toggle("following", on);
    turn(star, on);
  };
  star.addEventListener("click", () => follows.toggle(entry));
  follows.onChange(show);
  show();
  star.hidden = false;
}

const share = who.querySelector("[data-share]");
if (share && (navigator.share || navigator.clipboard)) {
  share.addEventListener("click", async () => {
    const url = location.href.split("#")[0];
    try {
      if (navigator.share) return await navigator.share({ title: share.dataset.title, url });
      await navigator.clipboard.writeText(url);
      turn(share, true);
      setTimeout(() => turn(share, false), SAID_MS);
    } catch {
      // They thought better of it, or the browser does not lend its clipboard.
    }
  });
  share.hidden = false;
}

const compare = document.querySelector("[data-compare-followed]");
if (compare) {
  const offer = () => {
    const others = follows.ids().filter((id) => id !== entry && !id.startsWith("team-"));
    compare.hidden = others.length === 0;
    const address = new URL(compare.href);
    const stage = new URLSearchParams(location.search).get("stage");
    if (stage) address.searchParams.set("stage", stage);
    address.searchParams.set("rivals", others.slice(0, 5).join(","));
    address.hash = "compare";
    compare.href = address.href;
  };
  follows.onChange(offer);
  offer();
}

/** Shows what a button says when on, or when off. */
function turn(button, on) {
  button.querySelector("[data-on]").hidden = !on;
  button.querySelector("[data-off]").hidden = on;
}
