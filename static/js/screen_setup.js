// Keeps the address of the big screen in step with its form. Without it a button does the same.

const form = document.querySelector(".scset-form");
const link = document.querySelector("[data-address]");

function address() {
  const made = new URL(form.action, location.href);
  const said = new FormData(form);
  const boards = said.getAll("boards").join(",");
  const fields = { boards };
  for (const [name, value] of said) if (name !== "boards") fields[name] = value;
  // A comma may stand in a query as it is, and is easier to type on a television so.
  made.search = Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`)
    .join("&");
  return made.href;
}

function show() {
  link.href = address();
  link.textContent = link.href;
}

form.addEventListener("input", show);
show();
