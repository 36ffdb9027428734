// Whom the visitor follows: kept on the device, by race, as the ids of entries and teams.
//
// Nothing of it is sent anywhere; a link takes it to another device behind its #, which no server
// sees. Without storage those followed last as long as the page.

const SHARED = "#follow=";
const MOST = 200;             // more than anybody follows; a bound on what is kept

export function followed(race) {
  const key = `bivouac:${race}:following`;
  let ids = new Set(read(key));
  const told = [];

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify([...ids].slice(-MOST)));
    } catch {
      // Storage may be forbidden or full: then it holds for this page.
    }
    for (const tell of told) tell();
  }

  addEventListener("storage", (event) => {
    if (event.key !== key) return;
    ids = new Set(read(key));
    for (const tell of told) tell();
  });

  return {
    has: (id) => ids.has(id),
    get size() { return ids.size; },
    ids: () => [...ids],
    toggle(id) {
      if (!ids.delete(id)) ids.add(id);
      keep();
    },
    add(more) {
      if (!more.length) return;
      for (const id of more) ids.add(id);
      keep();
    },
    /** The address of this page that makes another device follow the same. */
    link() {
      const address = new URL(location.href);
      address.hash = SHARED + [...ids].map(encodeURIComponent).join(",");
      return address.href;
    },
    onChange(tell) { told.push(tell); },
  };
}

/** The ids that the address brought from another device, which it then no longer shows. */
export function broughtAlong() {
  if (!location.hash.startsWith(SHARED)) return [];
  const ids = location.hash.slice(SHARED.length).split(",").map(decoded).filter(Boolean);
  history.replaceState(history.state, "", location.pathname + location.search);
  return ids.slice(0, MOST);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // no address of ours
  }
}

function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string").slice(-MOST) : [];
  } catch {
    return [];
  }
}
