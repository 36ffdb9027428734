"""A device whose clock is wrong, set, or without contact for days: right times, and it says so."""

from tests.station.conftest import Run

TAPPED = """
const camp = new Installation();
const device = new Device(camp);
let journal;
const truth = {};
let bib = 0;
const tapped = async () => {
  bib += 1;
  const before = camp.now();
  const tap = journal.tap();
  truth[bib] = [before, camp.now()];
  await journal.keep([passing(bib, { tap })]);
};
// How far each recorded time is off beyond what it says it may be: at most 0.
const beyond = async () => {
  camp.network = () => "through";
  await journal.contact();
  await until(() => journal.status.unsent === 0, "all sent");
  return camp.all().map((record) => {
    const [least, most] = truth[record.bib];
    const time = Date.parse(record.time);
    const off = Math.max(0, least - time, time - most);
    return { bib: record.bib, off, uncertainty: record.uncertainty_ms, offset: record.offset_ms };
  });
};
const rest = (ms) => new Promise((go) => { setTimeout(go, ms); });
"""


def test_a_device_that_is_90_seconds_fast_records_the_true_time_and_says_so(run: Run) -> None:
    found = run(
        TAPPED
        + """
        device.skewMs = 90_000;
        journal = await device.open();
        await journal.join(KEY);
        await journal.contact();
        camp.network = () => "cut before";
        for (let nth = 0; nth < 5; nth += 1) { await tapped(); await rest(20); }
        const { clock } = journal.status;
        return { clock, seen: await beyond() };
        """
    )
    assert abs(found["clock"]["offset"] + 90_000) < 200
    assert found["clock"]["isGuarded"] is True
    assert len(found["seen"]) == 5
    for one in found["seen"]:
        assert one["off"] <= one["uncertainty"] < 500
        assert abs(one["offset"] + 90_000) < 200


def test_a_clock_set_right_midway_by_hand_changes_no_time(run: Run) -> None:
    found = run(
        TAPPED
        + """
        device.skewMs = 90_000;
        journal = await device.open();
        await journal.join(KEY);
        await journal.contact();
        camp.network = () => "cut before";
        await tapped();
        await rest(60);
        device.skewMs = 0;
        await tapped();
        await rest(60);
        const { clock } = journal.status;
        await tapped();
        return { clock, seen: await beyond() };
        """
    )
    assert abs(found["clock"]["offset"]) < 200
    assert [one["off"] <= one["uncertainty"] < 500 for one in found["seen"]] == [True] * 3
    assert [round(one["offset"] / 90_000) for one in found["seen"]] == [-1, 0, 0]


def test_a_clock_set_while_it_slept_is_settled_by_the_next_contact(run: Run) -> None:
    found = run(
        TAPPED
        + """
        device.skewMs = -90_000;
        journal = await device.open();
        await journal.join(KEY);
        await journal.contact();
        camp.network = () => "cut before";
        await tapped();
        await rest(60);
        // Ten minutes of sleep, in which the clock was set right.
        camp.skewMs += 600_000;
        device.skewMs += 690_000;
        await tapped();
        const { clock } = journal.status;
        return { clock, seen: await beyond() };
        """
    )
    assert found["clock"]["isGuarded"] is False
    assert found["clock"]["uncertainty"] >= 600_000
    assert [one["off"] <= one["uncertainty"] < 500 for one in found["seen"]] == [True] * 2


def test_a_clock_set_while_the_app_was_closed_is_settled_by_the_next_contact(run: Run) -> None:
    found = run(
        TAPPED
        + """
        device.skewMs = 90_000;
        journal = await device.open();
        await journal.join(KEY);
        await journal.contact();
        camp.network = () => "cut before";
        await tapped();
        device.kill();
        device.skewMs = 0;
        await device.open().then((opened) => { journal = opened; });
        await tapped();
        const { clock } = journal.status;
        return { clock, seen: await beyond() };
        """
    )
    assert found["clock"]["isGuarded"] is False
    assert found["clock"]["uncertainty"] == 3_600_000
    assert [one["off"] <= one["uncertainty"] < 500 for one in found["seen"]] == [True] * 2


def test_a_device_that_never_had_contact_says_that_it_knows_nothing(run: Run) -> None:
    found = run(
        TAPPED
        + """
        journal = await device.open();
        await journal.join(KEY);
        device.kill();
        await new Promise((go) => { indexedDB.open("bivouac-station").onsuccess = ({ target }) => {
          const tx = target.result.transaction("contacts", "readwrite");
          tx.objectStore("contacts").clear();
          tx.oncomplete = () => { target.result.close(); go(); };
        }; });
        camp.network = () => "cut before";
        journal = await device.open();
        await tapped();
        const { clock } = journal.status;
        const [{ record }] = await journal.leaving();
        return { clock, record };
        """
    )
    assert found["clock"] is None
    assert "offset_ms" not in found["record"]
    assert found["record"]["uncertainty_ms"] == 3_600_000
    assert found["record"]["time"] == found["record"]["device_time"]


def test_after_72_hours_off_line_every_tap_is_there_once_and_in_time(run: Run) -> None:
    found = run(
        TAPPED
        + """
        device.skewMs = 4000;
        journal = await device.open();
        await journal.join(KEY);
        await journal.contact();
        camp.network = () => "cut before";
        for (let hour = 0; hour < 72; hour += 1) {
          await tapped();
          // An hour of true time, in which the device loses 200 ms.
          camp.skewMs += 3_600_000;
          device.skewMs += 3_600_000 - 200;
          device.sleptMs -= 3_600_000 - 200;
          if (hour % 24 === 23) journal = await device.reopened();
        }
        const { unsent, oldestUnsent } = journal.status;
        return { unsent, age: (camp.now() - oldestUnsent) / 3_600_000, seen: await beyond() };
        """
    )
    assert found["unsent"] == 72
    assert found["age"] > 71.9
    assert sorted(int(one["bib"]) for one in found["seen"]) == list(range(1, 73))
    assert [one for one in found["seen"] if one["off"] > one["uncertainty"]] == []
