// What was handed over, and to whom it was confirmed: a note beside the journal, in which every
// record stays until an installation has confirmed it.

const KEPT = "bivouac-station/handed-over";
const MOST = 40; // series

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

// A series {batch, ids, at} that another phone has said it took in.
export function markHanded(series) {
  const kept = [...read().filter(({ batch }) => batch !== series.batch), series].slice(-MOST);
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // No room: the records are kept all the same, only the note is not.
  }
}

// The ids of all records that were handed over.
export function handedIds() {
  return new Set(read().flatMap(({ ids }) => (Array.isArray(ids) ? ids : [])));
}
