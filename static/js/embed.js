// A framed board: it tells the page around it how high it is, and asks now and then what is new.
//
// It asks rather than listens: a site may have many frames, and each stream would take one of the
// few connections that a browser opens to one server.

const ASK_EVERY = 20_000;
const root = document.querySelector("[data-embed]");

/** The site around it may be any: it is told a height and nothing else. */
function tellHeight() {
  const height = Math.ceil(root.getBoundingClientRect().bottom + scrollY);
  parent.postMessage({ type: "bivouac:height", height, page: location.pathname }, "*");
}

async function ask() {
  if (document.hidden) return;
  try {
    // The ETag does the rest: an unchanged page is answered without its body.
    const answer = await fetch(location.href, { cache: "no-cache", credentials: "omit" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const piece of page.querySelectorAll("[data-piece]")) {
      const known = document.getElementById(piece.id);
      if (known && !known.isEqualNode(piece) && !known.contains(document.activeElement)) {
        known.replaceWith(document.adoptNode(piece));
      }
    }
  } catch {
    // No network: the next round will tell.
  }
}

new ResizeObserver(tellHeight).observe(root);
addEventListener("load", tellHeight);
setInterval(ask, ASK_EVERY + Math.random() * 5000);
document.addEventListener("visibilitychange", ask);
