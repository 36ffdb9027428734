// The places of a post: a stage and a control, with its way in and out.

/** `{id, stage, base, name, ways: [{code, way, label}], …}` of each place, in the post's order. */
export function placesOf(post) {
  const found = [];
  for (const stage of post.stages) {
    const places = new Map();
    for (const control of stage.controls) {
      const place = places.get(control.base) ?? {
        id: `${stage.number}/${control.base}`,
        stage: stage.number,
        stageName: stage.name,
        date: stage.date,
        isCurrent: stage.is_current,
        guns: control.symbol === "start" ? stage.guns ?? [] : [],
        base: control.base,
        name: control.name,
        symbol: control.symbol,
        number: control.number,
        distance: control.distance_m,
        closes: control.closes ?? [],
        checks: control.checks?.length ? control.checks : USUAL_CHECKS,
        ways: [],
      };
      const label = { in: "In", out: "Out" }[control.way] ?? "Record";
      place.ways.push({ code: control.code, way: control.way, label });
      places.set(control.base, place);
    }
    found.push(...places.values());
  }
  return found;
}

const USUAL_CHECKS = ["whistle", "blanket", "light", "water"];

/** The place that was chosen, or the one that there is no choice about; else null. */
export function chosenPlace(places, id) {
  const chosen = places.find((place) => place.id === id);
  if (chosen !== undefined) return chosen;
  return places.length === 1 ? places[0] : null;
}

/** `Stage 5, km 43.1 · closes 18:30`. */
export function placeFacts(place) {
  const parts = [`Stage ${place.stage}, km ${(place.distance / 1000).toFixed(1)}`];
  if (place.closes.length > 0) parts.push(`closes ${closesText(place)}`);
  return parts.join(" · ");
}

/** `18:30`, or `18:30, W40 18:45` where not all close alike. */
export function closesText(place) {
  return place.closes.map(({ who, text }) => (who ? `${who} ${text}` : text)).join(", ");
}

/** What a control is called by its code: `Oberalp in`. */
export function wayText(place, code) {
  const way = place.ways.find((one) => one.code === code);
  return way === undefined || way.way === "" ? "" : way.way;
}
