// A sheet of paper: rows of bibs and times, as many as it has. What is half typed is kept.

import { h, write } from "./dom.js";
import { page } from "./page.js";
import { bibOf, isUnread, whoIs } from "./roster.js";
import { typedTime } from "./times.js";

const FIRST_ROWS = 10;

export function paperView(app) {
  const { place, settings } = app;
  const kept = settings.get("sheet");
  const rows = kept?.place === place.id ? kept.rows : [];
  while (rows.length < FIRST_ROWS) rows.push([]);
  const heads = ["Bib", ...place.ways.map(({ way }) => ({ in: "In", out: "Out" }[way] ?? "Time"))];
  const body = h("tbody");
  const total = h("p", { class: "total", role: "status" });
  const keep = h("button", { type: "button", class: "btn main big", onclick: () => keepAll() });
  const cells = [];

  function addRow(values = []) {
    const nth = cells.length;
    const inputs = heads.map((head, column) => h("input", {
      value: values[column] ?? "", "aria-label": `${head}, row ${nth + 1}`, autocomplete: "off",
      inputmode: "numeric", maxlength: 12, class: column === 0 ? "num" : "",
      oninput: () => changed(nth), onblur: () => tidy(nth, column),
      onkeydown: (event) => move(event, nth, column),
    }));
    const verdict = h("td", { class: "verdict" });
    cells.push({ inputs, verdict });
    body.append(h("tr", {}, h("th", { scope: "row", text: String(nth + 1) }),
      inputs.map((input) => h("td", {}, input)), verdict));
  }

  function move(event, nth, column) {
    if (event.key !== "Enter" && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    const isLast = column === heads.length - 1;
    if (event.key === "Enter") focusCell(isLast ? nth + 1 : nth, isLast ? 0 : column + 1);
    else focusCell(nth + (event.key === "ArrowDown" ? 1 : -1), column);
  }

  function focusCell(nth, column) {
    if (nth < 0) return;
    if (nth >= cells.length) addRow();
    cells[nth].inputs[column].focus();
  }

  function tidy(nth, column) {
    const { inputs } = cells[nth];
    const typed = column === 0 ? null : typedTime(inputs[column].value);
    if (typed !== null) inputs[column].value = typed.replace(/^\+1 /, "+");
  }

  function read({ inputs }) {
    const [bib, ...times] = inputs.map(({ value }) => value.trim());
    if (bib === "" && times.every((time) => time === "")) return null;
    const typed = times.map((time) => (time === "" ? null : typedTime(time)));
    if (times.some((time, nth) => time !== "" && typed[nth] === null)) return { fault: "no time" };
    if (bib === "") return { fault: "bib?" };
    if (typed.every((time) => time === null)) return { fault: "time?" };
    return { bib: bibOf(bib), typed };
  }

  function changed(nth) {
    if (nth === cells.length - 1 && read(cells[nth]) !== null) addRow();
    settings.set("sheet", {
      place: place.id, rows: cells.map(({ inputs }) => inputs.map(({ value }) => value)),
    });
    count();
  }

  function count() {
    let [good, times, faults] = [0, 0, 0];
    for (const cell of cells) {
      const row = read(cell);
      if (row === null) write(cell.verdict, "");
      else if (row.fault !== undefined) {
        faults += 1;
        write(cell.verdict, row.fault);
      } else {
        good += 1;
        times += row.typed.filter((time) => time !== null).length;
        const { kind, name } = whoIs(app.journal, row.bib);
        write(cell.verdict, kind === "known" ? name : isUnread(row.bib) ? "not read" : "not listed");
      }
      cell.verdict.classList.toggle("fault", row?.fault !== undefined);
    }
    write(total, `${good} ${good === 1 ? "row" : "rows"}${faults > 0 ? `, ${faults} to look at` : ""}`);
    write(keep, good === 0 ? "Nothing to keep yet" : `Keep ${good} ${good === 1 ? "row" : "rows"}, ${times} ${times === 1 ? "time" : "times"}`);
    keep.disabled = good === 0;
  }

  async function keepAll() {
    const drafts = [];
    const open = [];
    let good = 0;
    for (const cell of cells) {
      const row = read(cell);
      if (row === null) continue;
      if (row.fault !== undefined) {
        open.push(cell.inputs.map(({ value }) => value));
        continue;
      }
      good += 1;
      for (const [nth, typed] of row.typed.entries()) {
        if (typed !== null) {
          drafts.push({ bib: row.bib, control: place.ways[nth].code, typed, source: "paper" });
        }
      }
    }
    const felt = await app.actions.record(drafts);
    app.feedback.give(felt);
    settings.set("sheet", open.length > 0 ? { place: place.id, rows: open } : null);
    const said = `${good} ${good === 1 ? "row" : "rows"} kept.`;
    if (open.length === 0) app.back(said);
    else {
      app.say(said);
      body.replaceChildren();
      cells.length = 0;
      for (const values of [...open, []]) addRow(values);
      count();
      write(total, `${said} ${total.textContent}`);
      cells[0].inputs[0].focus();
    }
  }

  for (const values of rows) addRow(values);
  count();
  return page(app, {
    title: "A sheet of paper", sub: "1012 is 10:12. Enter goes on.", begin: cells[0].inputs[0],
  },
  h("div", { class: "sheetbox" }, h("table", { class: "sheet" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col", text: "#" }), heads.map((head) => h("th", { scope: "col", text: head })), h("th", { scope: "col" }, h("span", { class: "sr", text: "What it says" })))),
    body)),
  h("div", { class: "foot" }, total, keep));
}
