"""What is never public: why somebody went, who looks for whom, where they are (Rules 12.2)."""

from __future__ import annotations

from tests.pages.pages import public_pages
from timing.core.compute import compute
from timing.pages.rendering import render
from timing.racefile import loads

RACE = """\
race: {slug: r, timezone: UTC}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls: [{code: START, km: 0}, {code: PASS, km: 9}, {code: FINISH, km: 20}]
  - {number: 2, date: 2026-08-29, start: "08:00"}
entries:
  - {bib: 1, name: Ana}
  - {bib: 2, name: Bo}
  - {bib: 3, name: Cho}
passings: |
  1 FINISH 1 12:00:00
  1 PASS 2 10:00:00 note="limping badly"
  1 FINISH 3 12:30:00
rulings:
  - {ruling: status, stage: 1, bib: 2, status: withdrawn, control: PASS, reason: Broken ankle,
      by: doctor-miller, at: 2026-08-28T10:10:00Z}
  - {ruling: status, bib: 3, status: dnf, reason: Heart trouble, by: doctor-miller,
      at: 2026-08-28T19:00:00Z}
  - {ruling: account, stage: 1, bib: 2, where: St. Mary Hospital, vehicle: Ambulance 7,
      handed_to: Dr. Kim, reason: Taken away, by: sweeper-jones, at: 2026-08-28T10:30:00Z}
  - {ruling: observation, stage: 1, bib: 2, kind: medical-help, reason: Vomiting,
      by: sweeper-jones, at: 2026-08-28T10:05:00Z}
  - {ruling: ack, stage: 1, bib: 2, alert: overdue-at-finish, reason: Looked for by helicopter,
      by: sweeper-jones, at: 2026-08-28T10:05:00Z}
"""

PRIVATE = (
    "limping",
    "ankle",
    "Heart trouble",
    "Mary Hospital",
    "Ambulance",
    "Dr. Kim",
    "Taken away",
    "Vomiting",
    "medical-help",
    "overdue",
    "helicopter",
    "sweeper-jones",
)


def test_no_public_page_tells_why_somebody_went_or_who_looks_for_them() -> None:
    book = compute(loads(RACE, name="race.yaml"))
    told = {
        (name, word)
        for name, page in public_pages(book)
        for word in PRIVATE
        if word in render(page)
    }
    assert told == set()
