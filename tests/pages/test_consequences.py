"""What would follow from a ruling, in sentences that a director can read out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.serving import RACE
from timing import racefile
from timing.core.book import RaceBook
from timing.core.differences import differences
from timing.core.preview import supposing
from timing.core.publications import Publication, PublicationKind
from timing.core.records import Penalty, Ruling, StartList, Status, Void
from timing.core.statuses import RulingStatus
from timing.core.times import HOUR, MINUTE
from timing.pages.consequences import MOST_LINES, Consequences, consequences

JERSEYS = """jerseys:
  - {code: yellow, board: gc, name: the race, colour: "#ffd400"}
  - {code: blue, board: gc-women, name: the women, colour: "#0057b8"}
"""
WHO: Any = {"by": "Dora", "reason": "Seen"}


def after_stage_1(*rulings: Ruling) -> RaceBook:
    """7 in 3:10:00, 007 in 3:12:00, 12 in 3:20:30, 15a in 3:40:00; the stage is over."""
    text = RACE.read_text().replace("entries:\n", f"{JERSEYS}entries:\n", 1)
    book = RaceBook(racefile.loads(text, name="valleys"))
    book.add(rulings=rulings)
    return book


def told(book: RaceBook, ruling: Ruling, *issued: Publication) -> Consequences:
    supposed = supposing(book, rulings=(ruling,))
    named = getattr(ruling, "bibs", ())
    return consequences(book, supposed, differences(book, supposed), named=named, issued=issued)


def penalty(time: int, *bibs: str) -> Penalty:
    return Penalty(id="p", at=HOUR, stage=1, time=time, bibs=bibs, by="Dora", reason="Seen")


def published(number: int, kind: PublicationKind, after: int = 1) -> Publication:
    return Publication(
        number=number,
        kind=kind,
        after=after,
        revision=1,
        version=1,
        at=0,
        by="Dora",
        window_ends=None,
        reason="",
        input="",
        result="",
        engine="",
    )


def test_who_loses_and_takes_the_lead_and_whose_bib_changes_are_told() -> None:
    found = told(after_stage_1(), penalty(15 * MINUTE, "7"))
    assert found.title == "General classification, after stage 1"
    assert [(line.rank, line.moved, line.name, line.is_named) for line in found.lines] == [
        ("1", 1, "Bo Lind", False),
        ("2", 1, "مريم العلوي", False),
        ("3", -2, "Ana Ruiz", True),
    ]
    assert [(line.result, line.gap) for line in found.lines] == [
        ("3:12:00", ""),
        ("3:20:30", "+8:30"),
        ("3:25:00", "+13:00"),
    ]
    assert found.more == 0
    assert found.said[:2] == (
        "Ana Ruiz loses the lead; Bo Lind leads by 8:30.",
        "Women: Ana Ruiz loses the lead; مريم العلوي leads by 4:30.",
    )
    assert "The leader’s bib of the race on stage 2 goes to 007 Bo Lind." in found.said
    assert "Another podium: General classification, Women." in found.said
    assert "3 places change. Lines change too in Women, Pairs, stage 1." in found.said


def test_who_keeps_the_lead_by_less_is_told() -> None:
    found = told(after_stage_1(), penalty(MINUTE, "7"))
    assert found.said[0] == "Ana Ruiz still leads, then by 1:00."
    assert not any("bib of" in said or "podium" in said for said in found.said)


def test_where_two_share_the_lead_both_are_named() -> None:
    found = told(after_stage_1(), penalty(2 * MINUTE, "7"))
    # In the order of their bibs, 007 and 7.
    assert found.said[0] == "Bo Lind and Ana Ruiz lead."


def test_where_nobody_is_left_nobody_leads() -> None:
    everybody = ("7", "007", "12", "15a")
    ruling = Status(id="d", at=HOUR, status=RulingStatus.DSQ, bibs=everybody, **WHO)
    assert "nobody leads any more." in told(after_stage_1(), ruling).said


def test_what_changes_nothing_says_so() -> None:
    found = told(after_stage_1(), Void(id="v", at=1, record="nothing", **WHO))
    assert found == Consequences(
        title="", lines=(), more=0, said=("Nobody’s rank, time or status differs.",)
    )


def test_whom_a_ruling_names_is_shown_before_all_others() -> None:
    found = told(after_stage_1(), penalty(15 * MINUTE, "15a"))
    assert [line.name for line in found.lines] == ["Zoë <b>Bold</b>"]
    assert len(found.lines) <= MOST_LINES


def test_a_start_list_that_is_issued_stands() -> None:
    issued = StartList(id="s", at=0, stage=2, starts=(("7", 8 * HOUR),), **WHO)
    found = told(after_stage_1(issued), penalty(15 * MINUTE, "7"))
    assert "The start list of stage 2 is issued and stands." in found.said


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        ((published(1, PublicationKind.PROVISIONAL),), "Number 1 stands as published."),
        (
            (published(1, PublicationKind.PROVISIONAL), published(2, PublicationKind.OFFICIAL)),
            (
                "Numbers 1–2 stand as published, and said otherwise of stage 1, which is official:"
                " reopen it to publish what then holds."
            ),
        ),
        (
            (published(1, PublicationKind.OFFICIAL), published(2, PublicationKind.REOPENED)),
            "Numbers 1–2 stand as published.",
        ),
    ],
)
def test_what_was_published_stands_and_an_official_stage_must_be_reopened(
    issued: tuple[Publication, ...], said: str
) -> None:
    assert told(after_stage_1(), penalty(15 * MINUTE, "7"), *issued).said[-1] == said
