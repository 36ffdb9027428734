// Set-up in steps: every field is checked by the server as it is typed, and kept in the draft.
// Without this the form's buttons do the same.

import { following } from "./setup_checking.js";

const form = document.querySelector("form.setup_form");
if (form) follow(form);

/** Say what is wrong beside each field while the form is filled in. */
function follow(form) {
  const places = new Map([...form.querySelectorAll("[data-fault]")].map((place) => [place.dataset.fault, place]));
  following(form, ({ faults }) => {
    for (const [name, place] of places) {
      const said = faults[name] ?? "";
      if (place.textContent !== said) place.textContent = said;
      const field = form.elements.namedItem(name);
      if (said) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
    const wrong = Object.keys(faults).length;
    return wrong ? ` ${wrong} to mend.` : "";
  });
  // Another way to start has other fields: the server gives them.
  for (const choice of form.querySelectorAll("[data-reshapes]")) {
    choice.addEventListener("change", () => form.requestSubmit(form.querySelector("button[name=go]")));
  }
}
