"""What is told of a stage: each alert under a name that stands, those of a field as one."""

from __future__ import annotations

import pytest

from timing import racefile
from timing.core.alerts import (
    UNSEEN_FOR,
    Standing,
    Together,
    alerts_of,
    standing_alerts,
    unaccounted,
    watched_stages,
)
from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.safety import AlertKind, Level
from timing.core.times import MINUTE, Instant, parse_instant


def race(runners: int, passings: str = "", rulings: str = "[]") -> RaceBook:
    """Thirty kilometres from eight o'clock, with a hut of two times, and a second stage."""
    entries = "\n".join(f"  - {{bib: {n}}}" for n in range(1, runners + 1))
    text = f"""\
race: {{slug: r, timezone: UTC}}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls:
      - {{code: START, km: 0}}
      - {{code: CP1, km: 10}}
      - {{code: HUT, km: 20, in_out: true}}
      - {{code: FINISH, km: 30}}
  - {{number: 2, date: 2026-08-29, start: "08:00"}}
entries:
{entries}
passings: |
{passings or "  # none"}
rulings: {rulings}
"""
    return RaceBook(racefile.loads(text, name="race.yaml"))


def seen(control: str, clock: str, *bibs: int) -> str:
    return "\n".join(f"  1 {control} {bib} {clock}" for bib in bibs)


def at(clock: str) -> Instant:
    return parse_instant(f"2026-08-28T{clock}:00Z")


def ruled(**given: str) -> str:
    inside = ", ".join(f"{name.rstrip('_')}: {value}" for name, value in given.items())
    return f"{{by: d, reason: r, stage: 1, {inside}}}"


def overdue(book: RaceBook, clock: str) -> list[Standing]:
    found = alerts_of(book, register(book, 1, at(clock)))
    return [one for one in found if one.kind is AlertKind.OVERDUE]


TEN = range(1, 11)
ALL_AT_CP1 = seen("CP1", "09:00:00", *TEN)


def test_a_stage_is_watched_from_its_gun_and_a_day_on_though_nothing_is_seen_of_it() -> None:
    book = race(2)
    gun = at("08:00")
    assert watched_stages(book, gun - 1) == ()
    assert watched_stages(book, gun) == (1,)
    assert watched_stages(book, gun + UNSEEN_FOR - 1) == (1,)
    assert watched_stages(book, gun + UNSEEN_FOR) == (2,)


def test_a_stage_that_has_begun_is_watched_for_good() -> None:
    assert watched_stages(race(2, seen("CP1", "09:00:00", 1)), at("08:00") + 3 * UNSEEN_FOR) == (1,)


def test_one_who_is_missing_keeps_an_alert_of_their_own() -> None:
    rest = range(2, 11)
    way = (ALL_AT_CP1, seen("HUT.in", "10:00:00", *rest), seen("FINISH", "10:50:00", *rest))
    book = race(10, "\n".join(way))
    (one,) = overdue(book, "11:00")
    assert (one.together, one.control, [line.entry.bib for line in one.lines]) == (
        Together.ALONE, "HUT.in", ["1"],
    )  # fmt: skip
    assert one.subject == "1:overdue:1:HUT.in"
    assert overdue(book, "11:30")[0].subject == one.subject


def test_fewer_than_five_are_no_field() -> None:
    book = race(4, seen("CP1", "09:00:00", 1, 2, 3, 4))
    assert [one.together for one in overdue(book, "13:00")] == [Together.ALONE] * 4


def test_a_field_of_which_nobody_comes_is_one_alert() -> None:
    (one,) = overdue(race(10, ALL_AT_CP1), "13:00")
    assert (one.together, one.control, len(one.lines)) == (Together.LATE, "HUT.in", 10)


@pytest.mark.parametrize(("came", "alerts"), [(12, 1), (13, 6)])
def test_a_field_is_one_as_long_as_a_third_of_those_due_have_not_come(
    came: int, alerts: int
) -> None:
    """Six are late, who were ahead of the others: of eighteen a third, of nineteen less."""
    late, others = range(1, 7), range(7, came + 7)
    way = (
        seen("CP1", "08:50:00", *late),
        seen("CP1", "09:00:00", *others),
        seen("HUT.in", "10:00:00", *others),
        seen("FINISH", "11:00:00", *others),
    )
    assert len(overdue(race(came + 6, "\n".join(way)), "13:00")) == alerts


def test_whoever_waits_in_a_hold_is_one_alert_whatever_their_number() -> None:
    hold = ruled(ruling="hold", control="CP1", from_='"08:50"', at="2026-08-28T08:50:00Z")
    book = race(3, seen("CP1", "09:00:00", 1, 2, 3), f"[{hold}]")
    assert [(one.together, one.control, len(one.lines)) for one in overdue(book, "15:00")] == [
        (Together.HELD, "CP1", 3)
    ]


def test_who_passed_before_the_hold_or_was_let_go_long_ago_is_missing() -> None:
    hold = ruled(
        ruling="hold", control="CP1", from_='"09:05"', until='"09:30"', at="2026-08-28T09:05:00Z"
    )
    book = race(2, f"{seen('CP1', '09:00:00', 1)}\n{seen('CP1', '09:10:00', 2)}", f"[{hold}]")
    assert [one.together for one in overdue(book, "15:00")] == [Together.ALONE] * 2


def test_who_was_let_go_of_late_is_overdue_as_much_later() -> None:
    """Held from nine to eleven, the way to the hut begins at eleven."""
    free = race(1, seen("CP1", "09:00:00", 1))
    due = overdue(free, "15:00")[0].since
    hold = ruled(
        ruling="hold", control="CP1", from_='"08:50"', until='"11:00"', at="2026-08-28T08:50:00Z"
    )
    held = race(1, seen("CP1", "09:00:00", 1), f"[{hold}]")
    two_hours = 120 * MINUTE

    def together(moment: Instant) -> list[Together]:
        found = alerts_of(held, register(held, 1, moment))
        return [one.together for one in found if one.kind is AlertKind.OVERDUE]

    assert together(due + two_hours - 1) == []
    assert together(due + two_hours) == [Together.ALONE]


def test_a_control_that_nobody_reaches_because_of_a_hold_is_not_silent() -> None:
    hold = ruled(ruling="hold", control="CP1", from_='"08:50"', at="2026-08-28T08:50:00Z")

    def kinds(rulings: str) -> set[AlertKind]:
        book = race(10, ALL_AT_CP1, rulings)
        return {one.kind for one in alerts_of(book, register(book, 1, at("13:00")))}

    assert AlertKind.STATION_SILENT in kinds("[]")
    assert kinds(f"[{hold}]") == {AlertKind.OVERDUE}


def test_a_limit_of_elapsed_time_is_overdue_later_by_what_was_waited() -> None:
    """The finish closes four hours after the gun; an hour and fifty minutes were waited."""
    hold = ruled(
        ruling="hold", control="CP1", from_='"08:50"', until='"10:50"', at="2026-08-28T08:50:00Z"
    )
    way = "\n".join(
        (ALL_AT_CP1, seen("HUT.in", "11:50:00", *TEN), seen("HUT.out", "11:55:00", *TEN))
    )
    text = race(10, way, f"[{hold}]")
    limited = racefile.loads(
        racefile.dump(text.document).replace(
            "code: FINISH", 'code: FINISH, cutoff: {elapsed: "4:00:00"}'
        ),
        name="race.yaml",
    )
    book = RaceBook(limited)
    finish = register(book, 1, at("12:10")).controls[-1]
    assert finish.closes == at("13:50")
    assert overdue(book, "12:10") == []


def test_the_pace_after_a_hold_is_that_of_the_way_and_not_of_the_wait() -> None:
    """Held from nine to eleven, then an hour to the hut: who follows is due an hour later too."""
    hold = ruled(
        ruling="hold", control="CP1", from_='"08:50"', until='"11:00"', at="2026-08-28T08:50:00Z"
    )
    rest = range(2, 11)
    book = race(10, f"{ALL_AT_CP1}\n{seen('HUT.in', '12:00:00', *rest)}", f"[{hold}]")
    (line,) = [x for x in register(book, 1, at("12:01")).lines if x.entry.bib == "1"]
    assert line.next is not None
    assert at("11:55") <= line.next.time <= at("12:05")


def test_who_is_out_of_the_place_is_not_held_in_it() -> None:
    hold = ruled(ruling="hold", control="HUT", from_='"09:00"', at="2026-08-28T09:00:00Z")
    way = "\n".join(
        (seen("CP1", "08:40:00", 1), seen("HUT.in", "09:20:00", 1), seen("HUT.out", "09:25:00", 1))
    )
    assert [one.together for one in overdue(race(1, way, f"[{hold}]"), "15:00")] == [Together.ALONE]


def test_who_was_not_seen_since_the_gun_is_held_nowhere() -> None:
    hold = ruled(ruling="hold", control="CP1", from_='"08:00"', at="2026-08-28T08:00:00Z")
    assert [one.together for one in overdue(race(1, "", f"[{hold}]"), "15:00")] == [Together.ALONE]


def test_a_hold_that_comes_later_gathers_nobody_yet() -> None:
    hold = ruled(ruling="hold", control="CP1", from_='"14:00"', at="2026-08-28T08:00:00Z")
    book = race(1, seen("CP1", "09:00:00", 1), f"[{hold}]")
    assert [one.together for one in overdue(book, "13:00")] == [Together.ALONE]


def test_overdue_since_the_stage_was_stopped_is_one_and_before_their_own() -> None:
    way = (
        seen("CP1", "09:00:00", 1, 2, 3),
        seen("HUT.in", "10:00:00", 2, 3),
        seen("HUT.out", "10:30:00", 2, 3),
    )
    some = "\n".join(way)
    before = overdue(race(3, some), "16:00")
    first = next(one for one in before if one.lines[0].entry.bib == "1")
    stop = ruled(ruling="stage", action="stop", at="2026-08-28T10:50:00Z")
    book = race(3, some, f"[{stop}]")
    found = overdue(book, "16:00")
    assert first.since < at("10:50")
    assert [(one.together, len(one.lines)) for one in found if one.together] == [
        (Together.STOPPED, 2)
    ]
    assert [one.lines[0].entry.bib for one in found if not one.together] == ["1"]


def test_a_field_is_somebodys_where_they_have_at_least_half_of_it() -> None:
    for bibs, level in (("[1, 2, 3, 4]", Level.ESCALATED), ("[1, 2, 3, 4, 5]", Level.ACKNOWLEDGED)):
        ack = (
            f"{{ruling: ack, by: Dora, reason: r, at: 2026-08-28T12:00:00Z, alert: overdue,"
            f" bibs: {bibs}, stage: 1, control: HUT.in}}"
        )
        (one,) = overdue(race(10, ALL_AT_CP1, f"[{ack}]"), "13:00")
        assert one.level is level
        assert one.by == ("Dora" if level is Level.ACKNOWLEDGED else "")


def test_a_silent_station_is_an_alert_of_nobody() -> None:
    """All went out of the hut, one of them in: the way in is silent since then."""
    way = f"{ALL_AT_CP1}\n{seen('HUT.in', '09:50:00', 1)}\n{seen('HUT.out', '10:05:00', *TEN)}"
    found = alerts_of(race(10, way), register(race(10, way), 1, at("10:10")))
    silent = [one for one in found if one.kind is AlertKind.STATION_SILENT]
    assert [(one.control, one.lines) for one in silent] == [("HUT.in", ())]
    assert silent[0].subject == f"1:station-silent:HUT.in:{silent[0].since}"


def test_every_stage_is_looked_at_and_what_nobody_has_comes_first() -> None:
    ack = (
        "{ruling: ack, by: Dora, reason: r, at: 2026-08-28T12:00:00Z, alert: overdue,"
        " bibs: [1], stage: 1, control: HUT.in}"
    )
    book = race(2, seen("CP1", "09:00:00", 1, 2), f"[{ack}]")
    found = standing_alerts(book, at("13:00"))
    assert [(one.level is Level.ACKNOWLEDGED, one.lines[0].entry.bib) for one in found] == [
        (False, "2"), (True, "1"),
    ]  # fmt: skip


def test_unaccounted_is_who_is_missed_or_out_of_the_race_and_nobody_knows_where() -> None:
    rulings = ", ".join(
        (
            ruled(ruling="status", status="dnf", bibs="[2]", at="2026-08-28T09:30:00Z"),
            ruled(ruling="account", bibs="[3]", vehicle="bus", at="2026-08-28T09:30:00Z"),
            ruled(ruling="account", bibs="[4]", where="camp", at="2026-08-28T09:30:00Z"),
        )
    )
    book = race(5, f"{seen('CP1', '09:00:00', 1, 2, 3, 4)}", f"[{rulings}]")
    found = register(book, 1, at("09:40"))
    assert [line.entry.bib for line in unaccounted(found)] == ["2"]
    later = register(book, 1, at("15:00"))
    assert {line.entry.bib for line in unaccounted(later)} == {"1", "2", "5"}


def test_an_alert_since_a_record_is_another_one_since_another_record() -> None:
    """Accounted for, and seen at CP1 all the same."""
    account = ruled(ruling="account", bibs="[1]", where="camp", at="2026-08-28T08:30:00Z")
    book = race(1, seen("CP1", "09:00:00", 1), f"[{account}]")
    (one,) = alerts_of(book, register(book, 1, at("09:05")))
    assert one.kind is AlertKind.SEEN_AFTER_ACCOUNTED
    assert one.subject == f"1:seen-after-accounted:1:CP1:{at('09:00')}"
