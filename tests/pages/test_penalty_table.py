"""The desk of a race with a penalty table (Rules 6.1, 6.6)."""

from __future__ import annotations

from tests.pages.markup import faults
from tests.pages.pages import desk_of
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.pages.desk_page import DeskPage
from timing.pages.rendering import render
from timing.racefile import loads

RACE = """\
race:
  slug: r
  timezone: UTC
  rules:
    penalties:
      - {code: KIT, name: Kit missing, article: "14.2", time: ["30:00", "1:00:00"], per_item: true}
      - {code: BUS, name: Took the bus, then: dsq}
stages: [{number: 1, date: 2026-08-28, start: "08:00"}]
entries: [{bib: 1, name: Ana}, {bib: 2, name: Bo}]
passings: |
  1 FINISH 1 12:00:00
rulings:
  - {ruling: observation, id: o1, kind: KIT, stage: 1, bib: 1, items: whistle lamp, reason: Seen,
      by: CP1, at: 2026-08-28T10:00:00Z}
  - {ruling: observation, id: o2, kind: withdrawal, stage: 1, bib: 2, reason: Seen, by: CP1,
      at: 2026-08-28T10:00:00Z}
  - {ruling: observation, id: o3, kind: helped, stage: 1, bib: 2, reason: Seen, by: CP1,
      at: 2026-08-28T10:00:00Z}
"""
SETTLED = """\
  - {ruling: penalty, stage: 1, bib: 1, code: KIT, settles: o1, reason: x, by: jury,
      at: 2026-08-28T18:00:00Z}
"""


def book(more: str = "") -> RaceBook:
    return compute(loads(RACE + more, name="race.yaml"))


def the_desk(of: RaceBook) -> DeskPage:
    page = desk_of(of)
    assert isinstance(page, DeskPage)
    return page


def test_the_desk_offers_the_table() -> None:
    page = the_desk(book())
    offered = {o.value: o.label.replace("\N{NO-BREAK SPACE}", " ") for o in page.penalties}
    assert offered == {
        "KIT": "Kit missing: 30:00, 1:00:00",
        "BUS": "Took the bus: Disqualification",
    }
    assert [o.value for o in page.scopes] == ["", "stage", "gc"]
    assert not faults(render(page))


def test_a_report_comes_with_the_ruling_it_suggests() -> None:
    page = the_desk(book())
    assert set(page.proposals) == {"o1", "o2"}
    assert dict(page.proposals["o1"].fields) == {
        "ruling": "penalty",
        "bib": "1",
        "stage": "1",
        "settles": "o1",
        "code": "KIT",
        "count": "2",
    }
    assert (
        page.proposals["o1"].what.replace("\N{NO-BREAK SPACE}", " ")
        == "Penalty 1:00:00, stage 1, article 14.2"
    )
    assert dict(page.proposals["o2"].fields)["status"] == "withdrawn"


def test_a_report_that_was_ruled_on_is_no_longer_listed() -> None:
    page = the_desk(book(SETTLED))
    assert [r.record for r in page.observations] == ["o3", "o2"]
