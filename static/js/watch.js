// The watch looks again by itself; what is being typed below it stays.
const EVERY = 15_000;

async function lookAgain() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-watch]");
    const shown = document.querySelector("[data-watch]");
    if (fresh && shown) shown.replaceWith(document.adoptNode(fresh));
  } catch {
    // Out of reach: what is shown says as of when.
  }
}

setInterval(lookAgain, EVERY);
