"""The desk's first page."""

from tests.pages.now_pages import now_of
from timing import racefile
from timing.core.book import RaceBook
from timing.core.times import parse_instant

PARTLY = """
format: 1
race: {slug: partly, name: Partly, timezone: Europe/Zurich}
divisions:
  - {code: full, name: All days}
  - {code: first, name: First day, stages: [1]}
stages:
  - {number: 1, date: 2026-08-28, distance_km: 10, start: "08:00"}
  - number: 2
    date: 2026-08-29
    start: "08:00"
    controls:
      - {code: START, km: 0}
      - {code: HUT, name: Maighels, km: 20, cutoff: {at: "14:00"}}
      - {code: FINISH, km: 31.4, cutoff: {at: "18:00"}}
classifications: [{code: gc, of: solo, division: full}]
entries:
  - {bib: 1, name: Ana Ruiz, gender: F, division: full}
  - {bib: 2, name: Bo Lind, gender: M, division: full}
  - {bib: 3, name: Cho Li, gender: F, division: first}
passings: |
  1 FINISH 1 09:00:00
  1 FINISH 2 09:10:00
  1 FINISH 3 09:20:00
  2 HUT 1 10:00:00
"""


def test_a_stage_that_not_every_division_runs_has_its_closing_times() -> None:
    book = RaceBook(racefile.loads(PARTLY, name="partly.yaml"))
    page = now_of(book, now=parse_instant("2026-08-29T11:00:00+02:00"))
    assert [closing.point for closing in page.closings] == ["HUT Maighels", "Finish"]
    assert [closing.to_come for closing in page.closings] == ["1", "2"]
