"""Who wears which leader's jersey (Rules 9.9)."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.book import RaceBook, UnknownStage
from timing.core.definition import Jersey
from timing.core.entries import Competitor, Entry
from timing.core.publications import official_until, publication_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """A jersey on a stage: who leads its board, as after stage ``after``, and who wears it.

    They differ where a leader wears another one already, or is out. Several wear it where they
    share the rank; nobody where nobody is left. ``rank`` is the wearers' on the board.
    """

    jersey: Jersey
    after: int
    leaders: tuple[Competitor, ...]
    wearers: tuple[Competitor, ...]
    rank: int | None


def given_after(book: RaceBook, stage: int | None = None) -> int:
    """The stage after whose standings the jerseys of a stage are given; 0 before the first.

    They are of the last result before it that is official, else of the last one published, else,
    where none was, of the last stage that is closed; what was issued once it had begun changes no
    jersey that somebody is wearing. Without a stage: what is worn today, on the one that runs or
    the next.
    """
    worn_on = book.running_stage if stage is None else stage
    closed = [n for n in book.stages if n <= book.closed_stage and (worn_on is None or n < worn_on)]
    issued = book.publications
    if worn_on in book.stages and (guns := book.guns(worn_on)) and book.has_begun(worn_on):
        issued = tuple(p for p in issued if p.at <= min(guns.values()))
    until = official_until(issued)
    official = [n for n in closed if n <= until]
    published = [n for n in closed if publication_of(issued, n) is not None]
    return max(official or published or closed, default=0)


def jerseys_on(book: RaceBook, stage: int) -> tuple[Worn, ...]:
    """The jerseys worn on a stage, in the order in which they go before each other.

    From the standings that `given_after` says; none before the first. A holder of several wears
    the first, the next in line wears the others. UnknownStage where the race has no such stage.
    """
    if book.race.stage(stage) is None:
        raise UnknownStage(stage)
    after = given_after(book, stage)
    return jerseys_after(book, after, stage) if after else ()


def jerseys_after(book: RaceBook, after: int, stage: int | None = None) -> tuple[Worn, ...]:
    """The jerseys that the standings after a closed stage give away, for ``stage`` or the next."""
    worn_on = after + 1 if stage is None else stage
    run = [n for n in book.stages if n <= after]
    gone = _gone(book, run[-1]) if run else set()
    wearing: set[tuple[bool, str]] = set()
    found = []
    for jersey in book.race.jerseys:
        if worn_on < jersey.first_stage:
            continue
        ranked = [
            (line.rank, line.competitor)
            for line in book.board(jersey.board, after).lines
            if line.rank is not None
        ]
        taken = wearing | gone
        free = [(rank, who) for rank, who in ranked if _key(who) not in taken]
        rank = min((rank for rank, _ in free), default=None)
        wearers = tuple(who for own, who in free if own == rank)
        wearing |= {_key(who) for who in wearers}
        best = min((rank for rank, _ in ranked), default=None)
        leaders = tuple(who for own, who in ranked if own == best)
        found.append(Worn(jersey=jersey, after=after, leaders=leaders, wearers=wearers, rank=rank))
    return tuple(found)


def _key(competitor: Competitor) -> tuple[bool, str]:
    is_entry = isinstance(competitor, Entry)
    return is_entry, competitor.id if isinstance(competitor, Entry) else competitor.code


def _gone(book: RaceBook, after: int) -> set[tuple[bool, str]]:
    """Who is ranked after the stage and runs no other: withdrawn once it was finished."""
    stage = book.stage_book(after)
    state = stage.state
    entries = {} if state is None else state.carried
    return {(True, key) for key, standing in entries.items() if standing.ended is not None} | {
        (False, key) for key, standing in stage.teams.carried.items() if standing.ended is not None
    }
