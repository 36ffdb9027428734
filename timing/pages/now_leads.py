"""What else asks for somebody, as figures that lead there: for a hand that holds a telephone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from timing.pages import addresses, figures
from timing.pages.now_holds import HoldItem
from timing.pages.now_silences import Silence
from timing.pages.now_sweep import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How many of what, and where it is; ``is_urgent`` where nobody has it yet."""

    count: str
    what: str
    url: str
    is_urgent: bool = False


def leads(
    slug: str,
    *,
    cases_open: int,
    silent: Sequence[Silence],
    aboard: Sequence[Vehicle],
    holds: Sequence[HoldItem],
    not_public: int,
) -> Iterator[Lead]:
    """What is open beside the alerts of runners; nothing where nothing is."""
    for hold in holds:
        yield Lead(count=hold.waiting, what=f"held at {hold.control}", url="#h-hold")
    if silent:
        what = "station silent" if len(silent) == 1 else "stations silent"
        is_urgent = any(not one.had_by for one in silent)
        yield Lead(count=figures.count(len(silent)), what=what, url="#h-posts", is_urgent=is_urgent)
    if aboard:
        riders = sum(len(one.passengers) for one in aboard)
        yield Lead(count=figures.count(riders), what="in a vehicle", url="#h-aboard")
    if cases_open:
        yield Lead(
            count=figures.count(cases_open), what="to review", url=addresses.desk_review(slug)
        )
    if not_public:
        yield Lead(
            count=figures.count(not_public),
            what="not public yet",
            url=addresses.desk_outgoing(slug),
        )
