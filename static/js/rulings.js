// What a ruling would change, shown while its form is filled in. Without this the form's first
// button shows it on a page of its own.

const AFTER_MS = 350;

for (const form of document.querySelectorAll("form[data-would]")) follow(form);

/** Keep what the form would change up to date below it, and offer to make it once it is shown. */
function follow(form) {
  const box = form.querySelector("[data-would-box]");
  const give = form.querySelector("[data-would-give]");
  const look = form.querySelector("[data-would-look]");
  let waiting = null;
  let asked = 0;
  let typed = text(form);

  // Once it was offered the button keeps its place: nothing moves under a finger.
  const offer = (isShown) => {
    if (isShown) {
      give.hidden = false;
      look.classList.remove("main");
    }
    give.disabled = !isShown;
  };

  const later = () => {
    // A field that is left says again that it changed.
    if (text(form) === typed) return;
    typed = text(form);
    asked += 1;
    offer(false);
    clearTimeout(waiting);
    waiting = setTimeout(show, AFTER_MS);
  };

  async function show() {
    const lacks = [...form.querySelectorAll("[required]")].some((field) => !field.value.trim());
    if (lacks) {
      box.replaceChildren();
      box.hidden = true;
      return;
    }
    const mine = asked;
    box.setAttribute("aria-busy", "true");
    const answer = await fetch(form.dataset.would, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (mine !== asked) return;
    box.removeAttribute("aria-busy");
    const piece = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    if (mine !== asked) return;
    const isPiece = piece?.querySelector(".would_fault, .would_what");
    box.hidden = !isPiece;
    if (!isPiece) return;
    box.replaceChildren(...piece.body.childNodes);
    offer(!box.querySelector(".would_fault"));
  }

  // Choosing an article says its time and reason, where nothing else was typed.
  form.querySelector("[data-article]")?.addEventListener("change", (event) => {
    const chosen = event.target.selectedOptions[0];
    fill(form.elements.namedItem("time"), chosen.dataset.time ?? "");
    fill(form.elements.namedItem("reason"), chosen.dataset.reason ?? "");
  });

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  if (form.querySelector("input[name=bibs]")?.value) show();
}

/** All that was typed. */
function text(form) {
  return new URLSearchParams(new FormData(form)).toString();
}

/** Fill a field in, unless somebody typed something of their own there. */
function fill(field, text) {
  if (!field || (field.value && field.value !== field.dataset.filled)) return;
  field.value = text;
  field.dataset.filled = text;
}
