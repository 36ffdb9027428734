// Where this device stands: stage and control, where the key has several.

import { h, symbol } from "./dom.js";
import { page } from "./page.js";
import { placeFacts, placesOf } from "./places.js";

export function placeView(app) {
  const places = placesOf(app.journal.post);
  const stages = [...new Set(places.map(({ stage }) => stage))];
  // Today's stage first: the others are a mistake most of the time.
  stages.sort((one, other) => isCurrent(places, other) - isCurrent(places, one) || one - other);
  const others = app.journal.posts.filter(({ post }) => post !== app.journal.post);
  const view = page(app, { title: "Where do you stand?", sub: app.journal.post.station.label },
    places.length === 0 ? h("p", { text: "This key has no place to record at yet. It is asked for again at the next contact." }) : null,
    stages.map((stage) => {
      const here = places.filter((place) => place.stage === stage);
      return h("section", { class: "placegroup" },
        h("h3", { text: `Stage ${stage}, ${here[0].stageName}${here[0].isCurrent ? ": now" : ""}` }),
        h("ul", { class: "rows" }, here.map((place) => h("li", {}, h("button", {
          type: "button", class: "bigrow with-mark", "data-place": place.id,
          "aria-current": place.id === app.place?.id ? "true" : false,
          onclick: () => app.stand(place.id),
        }, symbol(place), h("b", { text: place.name }), h("span", { text: placeFacts(place) }))))));
    }),
    others.length === 0 ? null : h("section", { class: "placegroup" }, h("h3", { text: "Other stations of this device" }),
      h("ul", { class: "rows" }, others.map(({ key, post }) => h("li", {}, h("button", {
        type: "button", class: "bigrow",
        onclick: async () => {
          await app.journal.choose(key);
          app.home();
        },
      }, h("b", { text: post.station.label }), h("span", { text: post.race.name })))))));
  if (app.place === null) view.element.querySelector(".pagehead .ib").remove();
  return view;
}

function isCurrent(places, stage) {
  return places.some((place) => place.stage === stage && place.isCurrent) ? 1 : 0;
}
