// What is typed in a form of set-up is sent to be checked and kept, a moment after the last key.

const AFTER_MS = 500;

/**
 * Ask the server about a form whenever it changed. `show` is given the answer and returns what
 * shall be said of it beside whether it is kept.
 */
export function following(form, show) {
  const state = form.querySelector("[data-state]");
  let typed = text(form);
  let waiting = null;
  let asked = 0;
  let isOver = false;

  form.addEventListener("submit", () => {
    isOver = true;
    clearTimeout(waiting);
  });
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, AFTER_MS);
  });

  // What was typed before this was here, or put back by the browser.
  if (isTouched(form)) {
    typed = "";
    waiting = setTimeout(ask, AFTER_MS);
  }

  async function ask() {
    if (text(form) === typed || isOver) return;
    typed = text(form);
    asked += 1;
    const mine = asked;
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (mine !== asked || isOver) return;
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (mine !== asked || isOver) return;
    if (!told) {
      state.textContent = "Not kept: the server does not answer. Press Keep when it does.";
      typed = "";
      return;
    }
    // Every form of the page is made of the same draft.
    for (const mark of document.querySelectorAll("input[name=mark]")) mark.value = told.mark;
    state.textContent = `${told.state}${show(told)}`;
  }
}

/** All that stands in a form but what it is made of. */
function text(form) {
  const fields = new FormData(form);
  fields.delete("mark");
  return JSON.stringify([...fields].filter(([, value]) => typeof value === "string"));
}

/** Whether anything stands in a form that did not come with the page. */
function isTouched(form) {
  return [...form.querySelectorAll("input:not([type=file]):not([type=hidden]), textarea, select")].some((field) =>
    field.tagName === "SELECT"
      ? [...field.options].some((option) => option.defaultSelected && !option.selected)
      : field.value !== field.defaultValue,
  );
}
