// The true time of a tap, and how far off it may be (docs/station-protocol.md, Time).
//
// A run is one life of the page, {number, began, ended, gap, breaks}: the device's clock at its
// start and when it was last looked at; how much that clock went on since the run before was last
// looked at (null: no run before); and its jumps, {mono, jump}, against the monotonic clock.
// A contact is {run, wall, mono, offset, uncertainty}; a tap is {run, wall, mono}. `wall` is the
// device's clock, `mono` the monotonic one, which counts from the start of its run. All are ms;
// an offset is true time less device time.

/** What is said where nothing is known. */
export const UNKNOWN = 3_600_000;

/** Quartz is off by at most 100 ms in a thousand seconds. */
export const DRIFT = 1e-4;

const JUMP = 50;
const SLEW = 5e-4;
const READ_WITHIN = 2;
const READINGS = 5;

/** The device's clock and the monotonic one at one moment, as nearly as they can be read. */
export function reading(source) {
  let best = null;
  for (let nth = 0; nth < READINGS; nth += 1) {
    const before = source.mono();
    const wall = source.wall();
    const mono = source.mono();
    if (best === null || mono - before < best.took) best = { wall, mono, took: mono - before };
    if (best.took <= READ_WITHIN) break;
  }
  return { wall: best.wall, mono: best.mono };
}

/** How far the device's clock jumped between two readings of one run; 0 for what is no jump. */
export function jumpBetween(before, after) {
  const jump = (after.wall - before.wall) - (after.mono - before.mono);
  return Math.abs(jump) > JUMP + SLEW * (after.mono - before.mono) ? Math.round(jump) : 0;
}

/**
 * The offset of several round trips, {sent, received: readings, now: the server's clock}: the
 * shortest counts, and is off by at most half of itself. Null of none that can be used.
 */
export function measured(trips) {
  const usable = trips.filter((trip) => jumpBetween(trip.sent, trip.received) === 0);
  if (usable.length === 0) return null;
  const took = (trip) => trip.received.mono - trip.sent.mono;
  const best = usable.reduce((one, other) => (took(other) < took(one) ? other : one));
  const half = took(best) / 2;
  return {
    wall: best.sent.wall + half,
    mono: best.sent.mono + half,
    offset: Math.round(best.now - (best.sent.wall + half)),
    uncertainty: Math.ceil(half) + 1,
  };
}

/**
 * A tap dated by what is known: {time, offset, age, uncertainty, isGuarded}. The age is how long
 * before the tap the offset was measured, negative where it was after. Without any contact
 * `offset` and `age` are null and `time` is the device's own.
 */
export function estimate(tap, contacts, runs) {
  const before = [];
  const after = [];
  for (const contact of contacts) {
    (isEarlier(contact, tap) ? before : after).push(seenFrom(contact, tap, runs));
  }
  const one = best(before);
  const other = best(after);
  if (one === null && other === null) {
    return {
      time: Math.round(tap.wall), offset: null, age: null, uncertainty: UNKNOWN, isGuarded: false,
    };
  }
  let chosen = one === null || (other !== null && isBetter(other, one)) ? other : one;
  if (one !== null && other !== null) {
    if (one.isGuarded && other.isGuarded) {
      const both = between(one, other);
      // One that is much worse than the other has nothing to add.
      if (both.uncertainty <= chosen.uncertainty) chosen = both;
    } else if (!chosen.isGuarded) {
      chosen = reconciled(chosen, chosen === one ? other : one);
    }
  }
  const offset = Math.round(chosen.offset);
  return {
    time: Math.round(tap.wall) + offset,
    offset,
    age: Math.round(chosen.isBefore ? chosen.age : -chosen.age),
    uncertainty: Math.min(Math.ceil(chosen.uncertainty), UNKNOWN),
    isGuarded: chosen.isGuarded,
  };
}

/**
 * The contacts worth keeping: of those close together in one stretch, the better. A contact that
 * came less than `apart` ms after the one before it goes, unless it is the newest.
 */
export function thinned(contacts, runs, apart) {
  const kept = [];
  for (const contact of contacts) {
    const [last, previous] = [kept.at(-1), kept.at(-2)];
    const follows = (earlier, later) => earlier !== undefined && earlier.run === later.run
      && steps(earlier, later, runs).length === 0;
    if (follows(previous, contact) && contact.mono - previous.mono < apart) {
      kept.pop();
      if (last.uncertainty < previous.uncertainty) kept[kept.length - 1] = last;
    }
    kept.push(contact);
  }
  return kept;
}

function isEarlier(one, other) {
  return one.run === other.run ? one.mono <= other.mono : one.run < other.run;
}

/** What lies between two moments, earliest first: jumps of the clock, and times of no run. */
function steps(from, to, runs) {
  const found = [];
  for (const run of runs) {
    if (run.number < from.run || run.number > to.run) continue;
    if (run.number > from.run && run.gap !== null) found.push({ jump: run.gap, isGap: true });
    const since = run.number === from.run ? from.mono : -Infinity;
    const until = run.number === to.run ? to.mono : Infinity;
    for (const { mono, jump } of run.breaks) {
      if (mono > since && mono <= until) found.push({ jump, isGap: false });
    }
  }
  return found;
}

/** The offset at the tap by one contact alone. */
function seenFrom(contact, tap, runs) {
  const isBefore = isEarlier(contact, tap);
  const crossed = isBefore ? steps(contact, tap, runs) : steps(tap, contact, runs);
  let { offset, uncertainty } = contact;
  let isGuarded = contact.run === tap.run;
  for (const { jump, isGap } of crossed) {
    if (jump < 0) {
      // Only a clock that was set goes backwards. How long no run lasted, nobody knows.
      offset -= isBefore ? jump : -jump;
      if (isGap) uncertainty += UNKNOWN;
    } else {
      uncertainty += jump;
      isGuarded = false;
    }
  }
  const shown = Math.abs(tap.wall - contact.wall);
  const gone = contact.run === tap.run ? Math.abs(tap.mono - contact.mono) : shown;
  const age = isGuarded ? gone : Math.max(gone, shown);  // in a sleep the monotonic clock stands
  return { offset, uncertainty: uncertainty + DRIFT * age, age, isGuarded, isBefore };
}

function isBetter(one, other) {
  return one.uncertainty < other.uncertainty
    || (one.uncertainty === other.uncertainty && one.age < other.age);
}

function best(seen) {
  return seen.reduce((one, other) => (one === null || isBetter(other, one) ? other : one), null);
}

/** In proportion; off at most as far as both contacts together allow. */
function between(one, other) {
  const whole = one.age + other.age;
  const share = whole === 0 ? 0 : one.age / whole;
  const offset = one.offset * (1 - share) + other.offset * share;
  const least = Math.max(one.offset - one.uncertainty, other.offset - other.uncertainty);
  const most = Math.min(one.offset + one.uncertainty, other.offset + other.uncertainty);
  return {
    offset,
    uncertainty: Math.max(most - offset, offset - least),
    age: Math.min(one.age, other.age),
    isGuarded: true,
    isBefore: one.age <= other.age,
  };
}

/** Beyond a break: where the other contact says something else, either may be right. */
function reconciled(chosen, other) {
  const apart = Math.abs(chosen.offset - other.offset);
  if (apart <= chosen.uncertainty + other.uncertainty) return chosen;
  return { ...chosen, uncertainty: apart + other.uncertainty };
}
