"""The racefile of a race that begins from nothing: so many days, to be filled in."""

from __future__ import annotations

from datetime import date, timedelta

from timing.racefile.loading import loads
from timing.racefile.writing import scalar

MOST_STAGES = 64


def first_racefile(*, slug: str, name: str, timezone: str, starts_on: date, stages: int) -> str:
    """A definition of ``stages`` days with a mass start at 08:00 and a general classification.

    ``stages`` is from 1 to MOST_STAGES. Raises RacefileErrors where slug, name or zone is none.
    """
    days = "".join(
        f"""  - number: {number}
    date: {(starts_on + timedelta(days=number - 1)).isoformat()}
    distance_km: 1
    start: {{mode: mass, at: "08:00"}}
    controls: [{{code: START, km: 0}}, {{code: FINISH, km: 1}}]
"""
        for number in range(1, stages + 1)
    )
    text = f"""format: 1
race:
  slug: {scalar(slug)}
  name: {scalar(name)}
  timezone: {scalar(timezone)}
  starts_on: {starts_on.isoformat()}
categories:
  - {{code: W, name: Women, gender: F}}
  - {{code: M, name: Men, gender: M}}
stages:
{days}classifications:
  - {{code: gc, name: General classification, of: solo}}
  - {{code: gc-women, name: Women, of: solo, category: W}}
  - {{code: gc-men, name: Men, of: solo, category: M}}
"""
    loads(text, name=f"{slug}.yaml")
    return text
