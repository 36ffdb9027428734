// Elements by hand: made once, changed where something changed, never from text as HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `given` holds attributes; `class` and `text` as named; keys that begin with `on` are
 * listeners; true and false stand for an attribute that is there or not.
 */
export function h(tag, given = {}, ...children) {
  return filled(document.createElement(tag), given, children);
}

/** An element of a drawing. */
export function s(tag, given = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), given, children);
}

function filled(element, given, children) {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An icon of the page's own drawings; the words beside it say what it means. */
export function icon(name) {
  return s("svg", { class: "ico", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("use", { href: `#i-${name}` }));
}

/** What stands on the map: a triangle, a numbered circle, a double circle. */
export function symbol({ symbol: name, number }) {
  const drawn = s("svg", { class: "cp", viewBox: "0 0 24 24", "aria-hidden": "true" });
  if (name === "start") drawn.append(s("path", { d: "M12 4 21.5 20.5h-19z" }));
  else drawn.append(s("circle", { cx: 12, cy: 12, r: 10 }));
  if (name === "finish") drawn.append(s("circle", { cx: 12, cy: 12, r: 6 }));
  if (name !== "start" && name !== "finish" && number) {
    drawn.append(s("text", { x: 12, y: 16.4, text: String(number) }));
  }
  return drawn;
}

/** Write a text where it differs, so that nothing is read out twice. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set or take away an attribute. */
export function mark(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** A key that acts at the touch, not when the finger leaves; a keyboard and a reader act on it too. */
export function onPress(button, act) {
  let touched = -Infinity;
  button.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();  // the focus stays where it was
    touched = event.timeStamp;
    act(event);
  });
  button.addEventListener("click", (event) => {
    if (event.timeStamp - touched > 1500) act(event);
    touched = -Infinity;
  });
  return button;
}

/**
 * Make the children of `list` those of `items`, in order. What is there already under the same
 * key stays the same element, so that neither focus nor finger loses it.
 */
export function arrange(list, items, { keyOf, make, update }) {
  const here = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let next = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let element = here.get(key);
    here.delete(key);
    if (element === undefined) {
      element = make(item);
      element.dataset.key = key;
    }
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else list.insertBefore(element, next);
  }
  for (const element of here.values()) element.remove();
}
