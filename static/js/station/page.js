// A page over the keypad: a head with the way back, and what it is for.

import { h, icon } from "./dom.js";

let count = 0;

/** A view with a heading, from which Escape and the arrow lead back. */
export function page(app, { title, sub = "", ...view }, ...children) {
  const start = h("h2", { tabindex: "-1", text: title });
  const element = h("section", { class: "view page" },
    h("div", { class: "pagehead" },
      h("button", { type: "button", class: "ib", "aria-label": "Back", onclick: () => app.back() }, h("span", { class: "back" }, icon("chevron-right"))),
      h("div", {}, start, sub === "" ? null : h("p", { class: "sub", text: sub }))),
    h("div", { class: "pagebody" }, children));
  return { element, title, start, update() {}, ...view };
}

/** A labelled field: {element, input}. */
export function field(label, given, hint = "") {
  count += 1;
  const id = `field-${count}`;
  const input = h("input", { id, ...(hint === "" ? {} : { "aria-describedby": `${id}-hint` }), ...given });
  return {
    input,
    element: h("div", { class: "field" }, h("label", { for: id, text: label }), input,
      hint === "" ? null : h("p", { class: "hint", id: `${id}-hint`, text: hint })),
  };
}

/** Choices of which one counts: {element, value()}; `options` are [value, label]. */
export function choice(legend, options, chosen, onchoose = () => {}) {
  let value = chosen;
  const buttons = options.map(([key, label]) => h("button", {
    type: "button", class: "btn", "aria-pressed": String(key === chosen), text: label,
    onclick: () => {
      value = key;
      for (const [nth, button] of buttons.entries()) {
        button.setAttribute("aria-pressed", String(options[nth][0] === key));
      }
      onchoose(key);
    },
  }));
  return {
    element: h("div", { class: "choice", role: "group", "aria-label": legend },
      h("span", { class: "label", text: legend }), h("div", { class: "buttons" }, buttons)),
    value: () => value,
  };
}
