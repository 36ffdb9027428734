"""Reading the forms of rulings: what was typed, as the ruling that it makes or what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from timing.core.book import RaceBook
from timing.core.records import Penalty, Ruling, Void
from timing.core.times import (
    DAY,
    BadTime,
    format_exact_duration,
    format_instant,
    parse_time_of_day,
)
from timing.operations.directors import Director
from timing.pages.bib_lists import BackwardRange, TooManyBibs, bibs_typed
from timing.pages.desk_words import bibs_of
from timing.pages.ruling_kinds import WRITTEN, Input, RulingKind
from timing.pages.words import sentence
from timing.racefile import BadRecord
from timing.racefile.faults import RacefileErrors
from timing.racefile.rulings import load_written_ruling, written_mapping
from timing.web import forms, recording
from timing.web.installation import installation, now

LONGEST_REASON = 200


class Refused(ValueError):
    """A form that makes no ruling: what is wrong, by field, and as a whole."""

    def __init__(self, message: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.faults = faults or {}


def void_of(who: Director, record: str, *, record_id: str, reason: str) -> Ruling:
    """The reversal of a ruling, or of a reversal; Refused."""
    row = {"ruling": "void", "record": record, "id": record_id, "reason": reason}
    return _read(who, {key: text for key, text in row.items() if text})


def ruling_of(who: Director, slug: str, kind: RulingKind, values: Mapping[str, str]) -> Ruling:
    """The ruling that a form of this kind makes; Refused. Nothing is recorded."""

    def said(key: str) -> str:
        return values.get(key, "").strip()

    common: dict[str, object] = {key: said(key) for key in ("id", "reason") if said(key)}
    if corrects := said("corrects"):
        common["supersedes"] = [corrects]
    if settles := said("settles"):
        common["settles"] = settles.split()
    if kind is WRITTEN:
        return _written(who, common, said("text"))
    if kind.ruling == "penalty" and "reason" not in common and (reason := _usual(slug, said)):
        common["reason"] = reason
    row: dict[str, object] = {"ruling": kind.ruling, **kind.given, **common}
    for one in kind.fields:
        if text := said(one.key):
            row |= _typed(slug, one.key, one.input, text)
    _add_stop(row, said)
    return _read(who, row)


def _typed(slug: str, key: str, kind: Input, text: str) -> dict[str, object]:
    match kind:
        case Input.BIBS:
            return {key: _bibs(slug, key, text)}
        case Input.STAGE | Input.ANY_STAGE | Input.NUMBER:
            return {key: forms.whole(text)}
        case Input.TICK:
            return {key: True}
        case Input.MAPPING:
            return {key: _mapping(key, text)}
        case Input.RELEASES:
            return {key: _releases(key, text)}
        case Input.STOPPED:
            return {}
        case _:
            return {key: text}


def _bibs(slug: str, key: str, text: str) -> list[str]:
    race = installation().books.race(slug)
    known = race.ask_whole(lambda book, _: tuple(one.bib for one in book.document.entries))
    try:
        return list(bibs_typed(text, known))
    except (BackwardRange, TooManyBibs) as error:
        raise Refused(f"Bibs: {error}.", {key: f"{error}"}) from None


def _mapping(key: str, text: str) -> object:
    try:
        return written_mapping(text, "the form")
    except RacefileErrors as error:
        raise Refused(str(error), {key: str(error)}) from None


def _releases(key: str, text: str) -> dict[str, str]:
    """``12 10:52:05, 15a 10:52:40`` as who was let go when."""
    found: dict[str, str] = {}
    for part in text.replace(";", ",").split(","):
        bib, _, time = part.strip().partition(" ")
        if not bib:
            continue
        if not time.strip():
            raise Refused(f"When was {bib} let go?", {key: f"give {bib} a time: {bib} 10:52:05"})
        found[bib] = time.strip()
    return found


def _add_stop(row: dict[str, object], said: Callable[[str], str]) -> None:
    """The time of a credit is as long as somebody was stopped, where that is what was typed."""
    first, last = said("stopped_from"), said("stopped_until")
    if row["ruling"] != "credit" or "time" in row or not (first or last):
        return
    try:
        stopped, went_on = parse_time_of_day(first), parse_time_of_day(last)
    except BadTime:
        fault = "give both as a time of day, 10:41:20"
        raise Refused(
            "From when until when was the runner stopped?",
            {"stopped_from" if not first else "stopped_until": fault},
        ) from None
    row["time"] = format_exact_duration((went_on.ms - stopped.ms) % DAY)


def _usual(slug: str, said: Callable[[str], str]) -> str:
    """What the race's table says of a penalty's article, where nobody wrote a reason."""
    rules = installation().books.race(slug).standing.race.rules
    return next((rule.name for rule in rules.penalties if rule.code == said("code")), "")


def _read(who: Director, row: dict[str, object]) -> Ruling:
    try:
        return recording.ruling_from(
            {**row, "at": format_instant(now())}, by=who.name, is_station=False
        )
    except BadRecord as error:
        faults = {key: "; ".join(said) for key, said in error.errors.items()}
        raise Refused(forms.in_words(error), faults) from None


def _written(who: Director, common: Mapping[str, object], text: str) -> Ruling:
    """The ruling in the text of a racefile, by whoever is signed in and made now."""
    usual = {"by": who.name, "at": format_instant(now())}
    usual |= {key: str(value) for key, value in common.items() if key in ("id", "reason")}
    try:
        made = load_written_ruling(text, "the ruling", usual)
    except RacefileErrors as error:
        raise Refused(str(error), {"text": str(error)}) from None
    except BadRecord as error:
        raise Refused(forms.in_words(error), {"text": forms.in_words(error)}) from None
    # Whoever signs in answers for it, whatever the text says.
    return replace(made, by=who.name, at=now())


def refuse_unknown(slug: str, ruling: Ruling) -> None:
    """Refused where it is about nobody, or about a record that is not there."""
    race = installation().books.race(slug)
    # Books answer in a thread of their own, where there is no request.
    if fault := race.ask_whole(lambda book, _: _unknown(book, ruling)):
        raise Refused(fault)


def _unknown(book: RaceBook, ruling: Ruling) -> str:
    """Why the desk does not take what may be a slip of the hand; empty where nothing is wrong."""
    if isinstance(ruling, Void):
        known = book.ruling(ruling.record) or book.passing(ruling.record)
        return "" if known is not None else "There is no such record to reverse."
    if isinstance(ruling, Penalty) and not book.penalties.knows(ruling):
        return sentence("no-such-penalty", code=ruling.code)
    stage = getattr(ruling, "stage", None)
    worn_on = stage if stage in book.stages else None
    if getattr(ruling, "new", False):
        return ""
    unknown = [b for b in bibs_of(book, ruling) if not _is_known(book, b, worn_on)]
    return sentence("nobody-wears", bibs=", ".join(unknown)) if unknown else ""


def _is_known(book: RaceBook, bib: str, worn_on: int | None) -> bool:
    is_team = any(team.code == bib for team in book.document.teams)
    return is_team or book.entry_wearing(bib, worn_on) is not None
