// The watch looks again by itself. What is typed beside it stays, and so does the focus within it.
const EVERY = 15_000;
const said = document.querySelector("#watch-said");

function tell(text) {
  const lost = document.querySelector("[data-lost]");
  if (lost && lost.textContent !== text) lost.textContent = text;
  if (text && said.textContent !== text) said.textContent = text;
}

function show(fresh) {
  const shown = document.querySelector("[data-watch]");
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
  const before = shown.dataset.needing;
  const { needing } = fresh.dataset;
  shown.replaceWith(document.adoptNode(fresh));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (needing !== before) said.textContent = needing === "0" ? "All is well." : `${needing} need somebody.`;
}

async function lookAgain() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-watch]");
    if (fresh) show(fresh);
    else tell("You are signed out here: load the page again.");
  } catch {
    tell("Out of reach: what stands here is old.");
  }
}

setInterval(lookAgain, EVERY);
document.addEventListener("visibilitychange", lookAgain);
