// A rehearsal that is being made: look again until it is ready, without losing one's place.

const AGAIN_MS = 1000;

setTimeout(async function again() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const found = page?.querySelector("[data-rehearsal]");
  const here = document.querySelector("[data-rehearsal]");
  if (found && here) {
    const told = found.querySelector("[data-told]")?.textContent ?? "";
    if (found.dataset.rehearsal !== "running") {
      here.replaceWith(document.adoptNode(found));
      return;
    }
    here.querySelector("[data-told]").textContent = told;
  }
  setTimeout(again, AGAIN_MS);
}, AGAIN_MS);
