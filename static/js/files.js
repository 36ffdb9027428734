// While a file is made the page looks how far it is. Without this it is loaded anew every few seconds.
const EVERY = 1_000;
const said = document.querySelector("#made-said");

function put(fresh) {
  const shown = document.querySelector("#made");
  if (shown.isEqualNode(fresh)) return;
  const focused = document.activeElement;
  const action = shown.contains(focused) ? focused.closest("form")?.getAttribute("action") : "";
  const before = Number(shown.dataset.running);
  shown.replaceWith(fresh);
  if (action) fresh.querySelector(`form[action="${action}"] button`)?.focus({ preventScroll: true });
  if (Number(fresh.dataset.running) < before) said.textContent = [...fresh.querySelectorAll("li")].map((each) => `${each.querySelector("b").textContent}: ${each.querySelector(".sub").textContent}`).join(". ");
}

async function look() {
  let again = true;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#made");
      if (fresh) put(document.adoptNode(fresh));
      again = Number(document.querySelector("#made").dataset.running) > 0;
    } else again = false;
  } catch {
    // No contact: it is looked for again.
  }
  if (again) setTimeout(look, EVERY);
}

if (Number(document.querySelector("#made").dataset.running)) setTimeout(look, EVERY);
