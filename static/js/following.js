// Whom this device follows in a race: ids of entries, the first followed first. They stay on the
// device and are sent nowhere. Where a browser lends no storage they last as long as the page.
//
//   following(slug)        the ids, as an array of strings
//   isFollowing(slug, id)
//   follow(slug, id)       and unfollow(slug, id); both tell whoever listens
//   onChange(slug, tell)   calls tell(ids) after each change, here or in another tab;
//                          gives back a function that ends it

const MOST = 200;              // more than anybody follows; a bound on what is kept

const here = new Map();        // slug → ids, as last known on this page
const listeners = new Map();   // slug → Set of functions

const keyOf = (slug) => `bivouac:${slug}:following`;

export function following(slug) {
  const kept = read(slug);
  if (kept !== null) here.set(slug, kept);
  return [...(here.get(slug) ?? [])];
}

export function isFollowing(slug, id) {
  return following(slug).includes(String(id));
}

export function follow(slug, id) {
  const ids = following(slug);
  if (!ids.includes(String(id))) keep(slug, [...ids, String(id)].slice(-MOST));
}

export function unfollow(slug, id) {
  const ids = following(slug);
  if (ids.includes(String(id))) keep(slug, ids.filter((other) => other !== String(id)));
}

export function onChange(slug, tell) {
  if (!listeners.has(slug)) listeners.set(slug, new Set());
  listeners.get(slug).add(tell);
  return () => listeners.get(slug).delete(tell);
}

/** The ids in storage, or null where it can't be read or holds something else. */
function read(slug) {
  try {
    const text = localStorage.getItem(keyOf(slug));
    if (text === null) return here.has(slug) && !writable() ? null : [];
    const ids = JSON.parse(text);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string").slice(-MOST) : [];
  } catch (problem) {
    // What somebody else wrote there is no list; storage that is closed says nothing.
    return problem instanceof SyntaxError ? [] : null;
  }
}

let canWrite = null;

function writable() {
  if (canWrite === null) {
    try {
      localStorage.setItem("bivouac:can-write", "1");
      localStorage.removeItem("bivouac:can-write");
      canWrite = true;
    } catch {
      canWrite = false;
    }
  }
  return canWrite;
}

function keep(slug, ids) {
  here.set(slug, ids);
  try {
    localStorage.setItem(keyOf(slug), JSON.stringify(ids));
  } catch {
    canWrite = false;
  }
  tellAll(slug);
}

function tellAll(slug) {
  const ids = following(slug);
  for (const tell of listeners.get(slug) ?? []) tell(ids);
}

addEventListener("storage", ({ key }) => {
  for (const slug of listeners.keys()) if (key === null || key === keyOf(slug)) tellAll(slug);
});
