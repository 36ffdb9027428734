// A sound for who does not look at the page: switched on by them, and remembered on this machine.
const KEPT = "bivouac-alarm-sound";

/** Two tones, three times: like nothing else in a camp, and over after three seconds. */
function play(context) {
  for (let nth = 0; nth < 6; nth += 1) {
    const tone = context.createOscillator();
    const loud = context.createGain();
    const from = context.currentTime + nth * 0.45;
    tone.frequency.value = nth % 2 ? 660 : 880;
    loud.gain.setValueAtTime(0.0001, from);
    loud.gain.exponentialRampToValueAtTime(0.4, from + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0001, from + 0.4);
    tone.connect(loud).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.42);
  }
}

/** The switch `button`, and `ring`, which sounds where it is on. */
export function alarmSound(button) {
  let isOn = localStorage.getItem(KEPT) === "on";
  let context = null;
  const wake = () => {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
  };
  const show = () => {
    button.setAttribute("aria-pressed", String(isOn));
    button.lastElementChild.textContent = isOn ? "Sound is on" : "Sound when somebody is overdue";
  };
  const ring = () => {
    if (!isOn) return;
    wake();
    play(context);
    button.dataset.rung = String(Number(button.dataset.rung ?? 0) + 1);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    isOn = !isOn;
    localStorage.setItem(KEPT, isOn ? "on" : "off");
    show();
    if (isOn) ring();
  });
  // Browsers let a page sound only once somebody has touched it.
  addEventListener("pointerdown", () => { if (isOn) wake(); }, { once: true });
  show();
  return { ring };
}
