"""What stations reported waits for a ruling (Rules 6.1, 6.6)."""

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


def test_reports_that_wait_for_a_ruling_are_counted() -> None:
    assert the_desk(book()).reported == 3
    assert "3 reported" in render(the_desk(book()))


def test_a_report_that_was_ruled_on_waits_no_more() -> None:
    assert the_desk(book(SETTLED)).reported == 2
    assert not faults(render(the_desk(book(SETTLED))))
