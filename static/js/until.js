// How long it is until a start, by the device's clock, in the page's language: "in 3 hours".
//
// `data-until` is the instant; `data-due` is said once it has passed.

const STEPS = [["day", 86_400_000, 2], ["hour", 3_600_000, 2], ["minute", 60_000, 1]];
const EVERY_MS = 20_000;

function show() {
  for (const span of document.querySelectorAll("[data-until]")) {
    const left = Number(span.dataset.until) - Date.now();
    const text = left > 0 ? until(left) : span.dataset.due;
    if (text && span.textContent !== text) span.textContent = text;
  }
}

function until(left) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  const [unit, ms] = STEPS.find(([, size, least]) => left >= size * least) ?? STEPS.at(-1);
  return words.format(Math.max(1, Math.round(left / ms)), unit);
}

show();
setInterval(show, EVERY_MS);
// The stream may bring another start.
new MutationObserver(show).observe(document.querySelector("main"), { childList: true, subtree: true });
