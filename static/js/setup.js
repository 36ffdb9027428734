// The definition as text: checked as it is typed, and from what is wrong to its line.

import { following } from "./setup_checking.js";

const text = document.querySelector("#text");
const form = document.querySelector("form.setup_text");
if (form) {
  const list = form.querySelector("[data-live-faults]");
  following(form, ({ faults }) => {
    list.replaceChildren(...faults.map(item));
    list.hidden = faults.length === 0;
    return faults.length ? ` ${faults.length} to mend.` : " Nothing is wrong with it.";
  });
}

/** A fault as an item of a list, with its line to press on. */
function item(fault) {
  const made = document.createElement("li");
  if (fault.line) {
    const line = document.createElement("a");
    line.href = "#text";
    line.textContent = `Line ${fault.line}`;
    line.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(fault.line);
    });
    made.append(line, " ");
  }
  made.append([fault.message, fault.remedy].filter(Boolean).join("; "));
  return made;
}

for (const link of document.querySelectorAll("a[data-line]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });
}

/** Select a line of the text, counted from 1, and bring it into sight. */
function goTo(line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = text.scrollHeight / lines.length;
  text.scrollTop = Math.max(0, (line - 4) * height);
  text.scrollIntoView({ block: "center" });
}
