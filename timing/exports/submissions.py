"""The forms in which federations and result sites take a race, by name: what for, and by whom.

What stands in the way of each is told beforehand, with the bibs it concerns: a list that is refused
after a week in the mountains is no help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.results import Board
from timing.exports.athlinks import to_athlinks
from timing.exports.duv import is_long_enough, to_duv
from timing.exports.finishers import Ending, Finisher, field_of
from timing.exports.itra import to_itra
from timing.exports.runsignup import registration_of, to_runsignup
from timing.exports.ultrasignup import to_ultrasignup

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form: its code, what it is for, and the file it makes of a board of entries by time."""

    code: str
    title: str
    purpose: str
    ending: str
    content_type: str
    make: Callable[[RaceBook, Board], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What stands in the way of a form, and the bibs it concerns; none where it is the race.

    Where it ``is_final`` the form can't be made of this race at all.
    """

    message: str
    bibs: tuple[str, ...] = ()
    is_final: bool = False


_ALL = (
    Submission(
        code="itra",
        title="ITRA",
        purpose="The International Trail Running Association’s results, as its organisers send in",
        ending="xlsx",
        content_type=XLSX,
        make=to_itra,
    ),
    Submission(
        code="ultrasignup",
        title="UltraSignup",
        purpose="Results for a race that was entered on UltraSignup",
        ending="csv",
        content_type=CSV,
        make=to_ultrasignup,
    ),
    Submission(
        code="runsignup",
        title="RunSignup",
        purpose="Results for a race that was entered on RunSignup, by registration or bib",
        ending="csv",
        content_type=CSV,
        make=to_runsignup,
    ),
    Submission(
        code="athlinks",
        title="Athlinks",
        purpose="Results with splits for Athlinks",
        ending="csv",
        content_type=CSV,
        make=to_athlinks,
    ),
    Submission(
        code="duv",
        title="DUV",
        purpose="The ultra marathon statistics of the Deutsche Ultramarathon-Vereinigung",
        ending="csv",
        content_type=CSV,
        make=to_duv,
    ),
)
SUBMISSIONS: Mapping[str, Submission] = {one.code: one for one in _ALL}

_Wants = tuple[str, Callable[[Finisher], bool]]
_BORN: _Wants = ("no date of birth", lambda one: one.entry.born is None)
_GENDER: _Wants = ("no gender", lambda one: not one.entry.gender)
_GENDER_M_F: _Wants = ("no gender M or F", lambda one: one.entry.gender not in ("M", "F"))
_NATION: _Wants = ("no nationality", lambda one: not one.entry.nationality)
_FIRST: _Wants = ("no first name", lambda one: not one.name.first)
_REGISTERED: _Wants = (
    "no registration number (tag runsignup:…): matched by bib",
    lambda one: not registration_of(one.entry),
)
_WANTED: Mapping[str, tuple[_Wants, ...]] = {
    "itra": (_BORN, _GENDER_M_F, _NATION, _FIRST),
    "ultrasignup": (_GENDER, _BORN, _FIRST),
    "runsignup": (_REGISTERED,),
    "athlinks": (_GENDER, _BORN, _FIRST),
    "duv": (_BORN, _GENDER, _NATION, _FIRST),
}


def obstacles(book: RaceBook, board: Board, code: str) -> Iterator[Obstacle]:
    """What stands in the way of a form, the race's own first."""
    if not board.after:
        yield Obstacle(message="No stage has a result yet.")
    elif book.running_stage is not None:
        yield Obstacle(message=f"Stage {book.running_stage} is still run.")
    elif board.after < book.stages[-1]:
        yield Obstacle(message=f"Stage {book.stages[-1]} is still to come.")
    if code == "duv" and not is_long_enough(book):
        message = "No stage has 45 km or more: DUV takes no such stage race."
        yield Obstacle(message=message, is_final=True)
    hidden = tuple(e.bib for e in book.entries() if e.name_hidden)
    if hidden:
        yield Obstacle(message="left out: they asked that their name is not told", bibs=hidden)
    field = [one for one in field_of(book, board) if one.ending in (Ending.FINISHED, Ending.DNF)]
    for message, lacks in _WANTED[code]:
        bibs = tuple(one.entry.bib for one in field if lacks(one))
        if bibs:
            yield Obstacle(message=message, bibs=bibs)
