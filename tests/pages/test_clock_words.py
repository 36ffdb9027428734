"""What is known of a device's clock, where records are explained (Rules 4.10)."""

import pytest

from timing import racefile
from timing.core.book import RaceBook
from timing.core.explain import explain
from timing.core.records import Passing
from timing.pages.clock_words import age_words, moved_words, passing_clock_words, unsure_words
from timing.pages.desk_words import ruling_words
from timing.pages.explanations import passages

FAR_OFF = "uncertainty_ms=3600000"
MEASURED = "offset_ms=90000 offset_age_ms=2400000 uncertainty_ms=340"
RACE = f"""
race: {{slug: s, timezone: UTC}}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls:
      - {{code: START, km: 0}}
      - {{code: CP1, km: 10}}
      - {{code: CP2, km: 20}}
      - {{code: FINISH, km: 30}}
entries: [{{bib: "11"}}]
passings: |
  1 CP1 11 2026-08-28T09:00:00Z id=a device=A7F2KQ device_time=2026-08-28T08:58:30Z {MEASURED}
  1 CP2 11 2026-08-28T10:00:00Z id=b device=B9 device_time=2026-08-28T10:00:00Z {FAR_OFF}
  1 FINISH 11 2026-08-28T11:00:00Z id=c device=C3
rulings:
  - {{ruling: clock, id: r, device: C3, offset: "-0:01:30", by: director,
     at: 2026-08-28T12:00:00Z, reason: Seen beside the radio clock}}
"""


@pytest.fixture
def book() -> RaceBook:
    return RaceBook(racefile.loads(RACE, name="clocks"))


def test_an_explanation_says_what_each_times_clock_was(book: RaceBook) -> None:
    entry = book.entry_wearing("11")
    assert entry is not None
    stage, *_ = passages(explain(book, entry.id, 1), book.race)
    told = [(s.text, s.rule, s.records) for s in stage.sentences if "clock of" in s.text]

    assert told == [
        (
            "CP1: the clock of A7F2KQ was 1:30 slow, measured 40 min before, ±0.4 s.",
            "4.10",
            (),
        ),
        (
            "CP2: the clock of B9 was never measured, so the time is only good to ±1:00:00.",
            "4.10",
            (),
        ),
        ("FINISH: the clock of C3 was put right by −1:30.", "4.3", ("r",)),
    ]


def test_a_clock_ruling_says_whose_clock_and_by_how_much(book: RaceBook) -> None:
    (ruling,) = book.rulings

    assert ruling_words(book, ruling) == "Clock of C3 put right by −1:30"


def test_a_record_without_a_devices_clock_says_nothing_of_one() -> None:
    assert passing_clock_words(Passing(id="a", stage=1, control="CP1", time=0)) == ""


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (0, "clock right, ±0.1 s"),
        (-90_012, "clock 1:30 fast, ±0.1 s"),
        (2_500, "clock 2.5 s slow, ±0.1 s"),
    ],
)
def test_a_clock_is_slow_by_what_is_added_to_it(offset: int, said: str) -> None:
    passing = Passing(
        id="a",
        stage=1,
        control="CP1",
        time=offset,
        device_time=0,
        offset_ms=offset,
        uncertainty_ms=40,
    )
    assert passing_clock_words(passing) == said


def test_what_is_unsure_is_never_said_to_be_surer() -> None:
    assert [unsure_words(ms) for ms in (40, 340, 2_000, 60_001)] == [
        "±0.1 s",
        "±0.4 s",
        "±2 s",
        "±1:01",
    ]


def test_an_age_is_before_or_after_the_passing() -> None:
    assert [age_words(ms) for ms in (5_000, 2_400_000, -60_000, 3 * 86_400_000)] == [
        "5 s before",
        "40 min before",
        "1 min after",
        "72 h before",
    ]
    assert moved_words(90_000) == "+1:30"
