// Who is still to come, who passed, who is out; and where a runner is, for the family that asks.

import { arrange, h, write } from "./dom.js";
import { closesText } from "./places.js";
import { page } from "./page.js";
import { detailOf } from "./roster.js";
import { agoText, clockText } from "./times.js";

const MOST_FOUND = 400;
const NEVER = Number.MAX_SAFE_INTEGER;

export function listsView(app, { tab = "to_come" }) {
  const { journal, place } = app;
  const hasOut = place.ways.length > 1;
  const names = [["to_come", "To come"], ...(hasOut ? [["here", "Here now"]] : []), ["passed", hasOut ? "Gone on" : "Passed"], ["out", "Out"]];
  let chosen = tab;
  const search = h("input", {
    type: "search", "aria-label": "Find by bib or name", placeholder: "Find by bib or name", autocomplete: "off",
    oninput: () => show(),
  });
  const tabs = names.map(([key, label]) => {
    const count = h("b");
    const button = h("button", {
      type: "button", class: "tab", "aria-pressed": "false",
      onclick: () => {
        chosen = key;
        show();
      },
    }, count, label);
    return { key, count, button };
  });
  const age = h("p", { class: "hint" });
  const list = h("ol", { class: "runners", "aria-label": "Runners" });
  const more = h("p", { class: "hint" });
  let shown = "";

  /** Each runner's state here, from what the server said and what this device recorded since. */
  function runners() {
    const codes = place.ways.map(({ code }) => code);
    const fields = codes.map((code) => journal.field(place.stage, code));
    const found = [];
    const met = new Set();
    for (const entry of journal.entries.values()) {
      met.add(entry.bib);
      found.push(stateOf(entry, codes, fields));
    }
    for (const line of app.here.values()) {
      if (met.has(line.bib)) continue;
      met.add(line.bib);
      const bib = line.bib.replaceAll("*", "?");
      found.push(stateOf({ bib, name: "Not in the start list", detail: "", team: "" }, codes, fields, line.bib));
    }
    return { fields, found };
  }

  function stateOf(entry, codes, fields, key = entry.bib) {
    const seen = codes.map((code, nth) => {
      const mine = app.here.get(`${code} ${key}`);
      const known = fields[nth]?.entries.get(key);
      return mine?.time ?? (known?.state === "passed" && known.control === code ? known.seen : null)
        ?? (known?.state === "passed" ? known.seen : null);
    });
    const known = fields[0]?.entries.get(key);
    const last = seen.at(-1);
    let state = "to_come";
    if (last !== null) state = "passed";
    else if (seen[0] !== null) state = hasOut ? "here" : "passed";
    else if (known?.state === "out" || known?.state === "not_started") state = "out";
    return { entry, state, known, at: last ?? seen[0] ?? null };
  }

  function words({ state, known, at }) {
    if (state === "passed") return at === null ? "passed" : clockText(at, journal.post);
    if (state === "here") return `in ${clockText(at, journal.post)}`;
    if (state === "out") return known?.state === "not_started" ? "not started" : "out";
    return known?.expected ? `about ${clockText(known.expected, journal.post, true)}` : "";
  }

  function second({ entry, known, state }) {
    const parts = [detailOf(entry)];
    if (known?.seen && state !== "passed") {
      parts.push(`seen ${known.control} ${clockText(known.seen, journal.post, true)}`);
    }
    return parts.filter(Boolean).join(" · ");
  }

  function show() {
    const { fields, found } = runners();
    const asked = plain(search.value.trim());
    for (const { key, count, button } of tabs) {
      write(count, String(found.filter(({ state }) => state === key).length));
      button.setAttribute("aria-pressed", String(key === chosen && asked === ""));
    }
    const asOf = fields[0]?.asOf ?? null;
    const known = asOf === null ? "Nothing heard from the others yet: only what was recorded here."
      : `As known at ${clockText(asOf, journal.post, true)}, ${agoText(Date.now() + (app.status.clock?.offset ?? 0) - asOf)}, and what was recorded here.`;
    write(age, place.closes.length > 0 ? `Closes ${closesText(place)}. ${known}` : known);
    const rows = asked === "" ? found.filter(({ state }) => state === chosen).sort(inOrder(chosen))
      : found.filter(({ entry }) => entry.bib.startsWith(asked) || plain(entry.name).includes(asked));
    const cut = asked === "" ? rows : rows.slice(0, MOST_FOUND);
    write(more, cut.length === 0 ? (asked === "" ? "Nobody." : "Nobody of that bib or name.") : cut.length < rows.length ? `${rows.length - cut.length} more: write more of the name.` : "");
    const sign = cut.map((row) => `${row.entry.bib} ${row.state} ${words(row)}`).join("|");
    if (sign === shown) return;
    shown = sign;
    arrange(list, cut, {
      keyOf: ({ entry }) => entry.bib,
      make: () => h("li", {}, h("span", { class: "n" }), h("span", { class: "w" }, h("bdi"), h("small")), h("span", { class: "t" })),
      update: (item, row) => {
        const [n, w, t] = item.children;
        write(n, row.entry.bib);
        write(w.firstElementChild, row.entry.name || "Name is not shown");
        write(w.lastElementChild, second(row));
        write(t, asked === "" || row.state === "passed" || row.state === "here" ? words(row)
          : row.state === "to_come" ? words(row) || "to come" : words(row));
      },
    });
  }

  return page(app, { title: place.name, sub: `Stage ${place.stage}`, update: show, begin: tab === "find" ? search : undefined },
    h("div", { class: "tabs", role: "group", "aria-label": "List" }, tabs.map(({ button }) => button)), search, age, more, list);
}

function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

function inOrder(tab) {
  const byBib = (one, other) => one.entry.bib.localeCompare(other.entry.bib, "en", { numeric: true });
  if (tab === "to_come") {
    return (one, other) => (one.known?.expected ?? NEVER) - (other.known?.expected ?? NEVER) || byBib(one, other);
  }
  if (tab === "out") return byBib;
  return (one, other) => (other.at ?? 0) - (one.at ?? 0) || byBib(one, other);
}
