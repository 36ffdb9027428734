// Finding lines by name, bib and codes, as the server does it (timing/pages/selection.py).

const SIMPLE = /^[ -~]*$/;
const MARKS = /\p{Mn}/gu;

/** Letters without their accents and case, so that `omer` finds Ömer: `plain` of the server. */
export function plain(text) {
  if (SIMPLE.test(text)) return text.toLowerCase();
  return text.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ")
    .normalize("NFKD").replace(MARKS, "").replaceAll("ı", "i");
}

/** What a filter form asks, by the names of its fields; what it leaves open is not there. */
export function asked(form) {
  const found = {};
  for (const name of ["q", "division", "category", "team", "nation"]) {
    const value = (form.elements[name]?.value ?? "").trim();
    if (value) found[name] = value;
  }
  return found;
}

/** A test of lines `{bib, found, keys: [division, categories, team, nation]}`: `Filter.takes`. */
export function filterOf({ q = "", division, category, team, nation }) {
  const needle = plain(q);
  return (line) => {
    const [ofDivision, categories, ofTeam, ofNation] = line.keys;
    if (division && division !== ofDivision) return false;
    if (category && !categories.includes(category)) return false;
    if (team && team !== ofTeam) return false;
    if (nation && nation !== ofNation) return false;
    return !needle || line.bib === q || line.found.includes(needle);
  };
}
