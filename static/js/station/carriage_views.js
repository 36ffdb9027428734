// The pages that hand over and take in, in the app's frame.

import { mountHandOver } from "./carriage/hand_over_view.js";
import { mountTakeIn } from "./carriage/take_in_view.js";
import { h } from "./dom.js";
import { page } from "./page.js";

export const handOverView = (app) => mounted(app, "Hand over", mountHandOver);
export const takeInView = (app) => mounted(app, "Take in", mountTakeIn);

function mounted(app, title, mount) {
  const root = h("div");
  const view = page(app, { title, begin: undefined, end: () => unmount() }, root);
  view.element.classList.add("carried");
  const unmount = mount(root, app.journal);
  return view;
}
