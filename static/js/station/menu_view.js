// The menu: how the app looks and sounds, how it stands, and what it can do besides.

import { choice, page } from "./page.js";
import { h, icon, write } from "./dom.js";
import { placeFacts } from "./places.js";
import { agoText, dayAndTime, uncertaintyText } from "./times.js";

const KEYS = [
  ["0–9 ? a–z", "write the bib"],
  ["Enter", "record, In where there are two"],
  ["+ or Shift Enter", "record Out"],
  ["Space", "bib first: take this time; time first: tap"],
  ["−", "time first: leave a gap"],
  ["Backspace, Delete", "one digit, all of them"],
  ["Shift W held", "withdrawn here"],
  ["Shift T", "bib first, time first"],
  ["Shift N", "note, paper, radio"],
  ["Shift L", "lists, find a runner"],
  ["Shift U", "undo the last entry"],
  ["Shift M", "this menu"],
  ["Escape", "back"],
];

export function menuView(app) {
  const { settings, journal } = app;
  const state = h("dl", { class: "facts rows" });
  const tried = h("p", { class: "hint", role: "status" });
  const openQuestions = h("span");
  const update = h("button", { type: "button", class: "btn main", hidden: true, onclick: () => journal.update(), text: "Use the new version" });
  const secure = h("div", { class: "warn", hidden: true },
    h("h3", { text: "This page was not opened securely" }),
    h("p", { text: "The address begins with http, so the browser refuses some things. The app does not open without a network, the camera does not work, and the screen may go dark. Taps are still kept on this device and sent. Keep this page open, and ask for the https address." }));
  const leave = h("button", { type: "button", class: "btn", onclick: () => leaveStation() }, icon("log-out"), "Leave this station");

  async function leaveStation() {
    try {
      await journal.leave(journal.key);
      app.home();
    } catch {
      write(tried, `${app.status.unsent} not sent yet: send or hand them over first.`);
    }
  }

  async function tryNow(event) {
    event.currentTarget.disabled = true;
    const button = event.currentTarget;
    write(tried, "Trying …");
    const isThere = await journal.contact().catch(() => false);
    button.disabled = false;
    write(tried, isThere === false || app.status.isReachable === false ? "Nobody answers. All is kept here." : "There is contact.");
  }

  const toggle = (name, label) => {
    const button = h("button", {
      type: "button", class: "btn toggle", role: "switch", "aria-checked": String(settings.get(name)),
      onclick: () => {
        settings.set(name, !settings.get(name));
        button.setAttribute("aria-checked", String(settings.get(name)));
      },
    }, label, h("span", { class: "knob", "aria-hidden": "true" }));
    return button;
  };
  const row = (name, words, view) => h("button", { type: "button", class: "bigrow", onclick: () => app.go(view, {}) }, h("b", { text: name }), h("span", {}, words));

  function refresh() {
    const { status } = app;
    const { storage, clock } = status;
    const facts = [
      ["This device", status.device],
      ["Station", `${journal.post?.station.label ?? ""}${journal.post?.station.role === "backup" ? ", backup" : ""}`],
      ["Last contact", status.lastContact === null ? "none yet" : `${dayAndTime(status.lastContact, journal.post)}, ${agoText(journal.now - status.lastContact)}`],
      ["Sends to", installationsText(status.node, journal.post?.nodes ?? [])],
      ["Not sent", status.unsent === 0 ? "nothing" : `${status.unsent}, the oldest ${agoText(Date.now() - status.oldestUnsent)}`],
      ["Not accepted", status.refused === 0 ? "" : `${status.refused}, kept here: give them as a file`],
      ["Clock", clock === null ? "never compared: times are this device’s own" : `${offsetText(clock.offset)}, ${uncertaintyText(clock.uncertainty)}`],
      ["Kept", { disk: "on this device’s disk", local: "in the browser’s small store: hand over soon", memory: "nowhere: do not close this page" }[storage.place]],
      ["Room", roomText(storage)],
      ["Without a network", status.isWorkerReady ? "opens" : status.isSecure ? "not yet: keep the page open a moment" : "does not open"],
      ["Screen", { lock: "stays on", film: "stays on", off: settings.get("awake") ? "may go dark: lengthen it in the device’s settings" : "goes dark as set in the device" }[app.awake.state]],
      ["Battery", status.battery.battery === null ? "" : `${status.battery.battery} %${status.battery.isCharging ? ", charging" : ""}`],
      ["Other tabs", status.otherTabs > 0 ? `${status.otherTabs}: one is enough` : ""],
      ["Version", status.app],
    ].filter(([, text]) => text);
    // Written only where it differs: a reader at this list is not thrown out of it.
    const sign = JSON.stringify(facts);
    if (state.dataset.sign !== sign) {
      state.dataset.sign = sign;
      state.replaceChildren(...facts.map(([name, text]) => h("div", {}, h("dt", { text: name }), h("dd", { text }))));
    }
    write(openQuestions, app.openQuestions.length === 0 ? "None open" : `${app.openQuestions.length} open`);
    update.hidden = !status.isUpdateReady;
    secure.hidden = status.isSecure;
  }

  return page(app, { title: "Menu", sub: app.place === null ? "" : `${app.place.name}. ${placeFacts(app.place).join("")}`, update: refresh },
    secure, update,
    h("div", { class: "rows" },
      app.place === null ? null : row("Who is still to come", "To come, passed, out; find a runner", "lists"),
      row("Questions", openQuestions, "questions"),
      row("End of shift, hand over", "To another phone, as messages, as a file", "hand over"),
      row("Take in from another phone", "By its codes, messages or file", "take in"),
      row("Another place", "Stage and control, other stations", "place"),
      row("Join another station", "By its key or code", "join"),
      app.installation === null ? null : h("button", { type: "button", class: "bigrow", onclick: () => app.installation.prompt() }, h("b", { text: "Install on this device" }), h("span", { text: "Opens like any app" }))),
    choice("Colours", [["", "As the device"], ["sun", "Sun"], ["night", "Night"]], settings.get("theme"), (theme) => settings.set("theme", theme)).element,
    h("div", { class: "toggles" }, toggle("large", "Large type"), toggle("sound", "Sound"), toggle("vibration", "Vibration"), toggle("left", "Left hand"), toggle("awake", "Screen stays on")),
    h("h3", { text: "How it stands" }), state,
    h("button", { type: "button", class: "btn", onclick: tryNow, text: "Try to send now" }), tried,
    h("h3", { text: "Two devices" }),
    h("p", { class: "hint", text: "Two phones at one control are good: one may tap times while the other types bibs. Both are kept; the timekeepers see where they differ. Each sends for itself. If one breaks, the other goes on." }),
    h("details", { class: "shortcuts" }, h("summary", { text: "Keyboard" }), h("dl", { class: "facts" }, KEYS.map(([key, act]) => h("div", {}, h("dt", {}, h("kbd", { text: key })), h("dd", { text: act }))))),
    leave);
}

/** `Camp; may also send to Office`: the installation reached last, and the race's others. */
function installationsText(node, nodes) {
  const others = nodes.filter(({ id }) => id !== node?.id).map(({ name }) => name).join(", ");
  if (node === null) return others;
  return `${node.name}${others === "" ? "" : `; may also send to ${others}`}`;
}

function offsetText(offset) {
  const seconds = Math.abs(offset) / 1000;
  if (seconds < 1) return "right";
  const text = seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
  return `this device is ${text} ${offset > 0 ? "slow" : "fast"}, which is put right`;
}

function roomText({ used, quota, isPersisted, isLow, isFull }) {
  if (isFull) return "none left";
  if (!quota) return "";
  const free = (quota - used) / 1e6;
  const text = free > 2000 ? `${Math.round(free / 1000)} GB free` : `${Math.round(free)} MB free`;
  return `${text}${isLow ? ", little" : ""}${isPersisted ? ", kept for good" : ""}`;
}
