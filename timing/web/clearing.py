"""Saying where runners are, having an alert, holding the field, closing a stage: from form or API.

Each makes records of the journal, by a person. An id that was sent before changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from timing.core.alerts import watched_stages
from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.records import Close, Hold, Ruling
from timing.core.safety import AlertKind
from timing.core.times import format_instant
from timing.operations.record import Appended, Fate
from timing.pages import figures
from timing.pages.bib_lists import BackwardRange, TooManyBibs, bibs_typed
from timing.pages.clear_page import clear_statement
from timing.pages.now_holds import holds_of
from timing.pages.now_moment import closing_of
from timing.racefile import BadRecord
from timing.racefile.rulings import ruling_to_plain
from timing.web import forms, recording
from timing.web.installation import installation
from timing.web.present import present

BIBS_NAMED = 12

Answer = TypeVar("Answer")
Row: TypeAlias = Mapping[str, object]


class NotDone(ValueError):
    """What was asked for is not done; says why."""


class NotClear(NotDone):
    """The stage is not closed: ``bibs`` are not home."""

    def __init__(self, stage: int, bibs: tuple[str, ...]) -> None:
        named = ", ".join(bibs[:BIBS_NAMED])
        more = (
            f" and {figures.count(len(bibs) - BIBS_NAMED)} more" if len(bibs) > BIBS_NAMED else ""
        )
        super().__init__(
            f"Stage {stage} is not closed: nobody has said that {named}{more}"
            f" {'is' if len(bibs) == 1 else 'are'} home."
        )
        self.bibs = bibs


def bibs_of_text(slug: str, text: str) -> tuple[str, ...]:
    """The bibs that were typed, ranges too; NotDone."""
    known = _asked(slug, lambda book: tuple(one.bib for one in book.document.entries))
    try:
        return tuple(bibs_typed(text, known))
    except (BackwardRange, TooManyBibs) as error:
        raise NotDone(f"Bibs: {error}.") from None


def acknowledge(slug: str, kinds: Sequence[str], given: Row, *, by: str) -> None:
    """Have the alerts of these kinds (Rules 11.2); NotDone."""
    if not kinds or any(kind not in tuple(AlertKind) for kind in kinds):
        raise NotDone("There is no such alert.")
    record = str(given.get("id") or forms.new_id())
    rows = [
        {
            "ruling": "ack",
            "reason": "Seen at the desk",
            **given,
            "alert": kind,
            "id": record if kind == kinds[0] else _derived(record, kind),
        }
        for kind in kinds
    ]
    _write(slug, [_ruling(row, by) for row in rows])


def account(slug: str, given: Row, *, by: str) -> None:
    """Say where runners are (Rules 11.1); NotDone."""
    if not any(given.get(name) for name in ("where", "vehicle", "handed_to")):
        raise NotDone("Say where they are, in which vehicle, or who has them.")
    row = {"ruling": "account", "reason": "Said at the desk", **given}
    ruling = _ruling(row, by)
    bibs, stage = getattr(ruling, "bibs", ()), getattr(ruling, "stage", 0)

    def unknown(book: RaceBook) -> list[str]:
        worn_on = stage if stage in book.stages else None
        return [bib for bib in bibs if book.entry_wearing(bib, worn_on) is None]

    if strangers := _asked(slug, unknown):
        raise NotDone(f"Nobody wears {', '.join(strangers)}.")
    _write(slug, [ruling])


def hold(slug: str, given: Row, *, by: str) -> None:
    """Hold whoever arrives at a control from now on (Rules 4.11); NotDone."""
    row = {"ruling": "hold", "from": format_instant(present()), **given}
    ruling = _ruling(row, by)
    stage, control = getattr(ruling, "stage", 0), getattr(ruling, "control", "")
    at = present()

    def is_held(book: RaceBook) -> str:
        if stage not in watched_stages(book, at):
            return f"Stage {stage} is not under way."
        if all(code.partition(".")[0] != control for code in book.points(stage)):
            return f"Stage {stage} has no control {control}."
        held = [one for one in holds_of(book, stage) if one.control == control]
        mine = [one for one in held if one.id != ruling.id]
        return f"{control} holds runners already." if mine else ""

    if refusal := _asked(slug, is_held):
        raise NotDone(refusal)
    _write(slug, [ruling], moments=("since",))


def release(slug: str, record: str, *, record_id: str, by: str) -> None:
    """Let go whoever is held: the same hold, with its end (Rules 4.11); NotDone."""

    def held(book: RaceBook) -> Hold | None:
        found = book.ruling(record)
        return found if isinstance(found, Hold) else None

    old = _asked(slug, held)
    if old is None:
        raise NotDone("There is no such hold.")
    row = dict(ruling_to_plain(old))
    row |= {"id": record_id, "until": format_instant(present()), "supersedes": [record]}
    row.pop("by", None)
    row.pop("at", None)
    _write(slug, [_ruling(row, by)], moments=("until",))


def close_stage(slug: str, stage: int, *, record_id: str, by: str) -> None:
    """Close a stage's course: every control, and the finish as the statement that it is clear.

    NotClear while somebody who started is not home; NotDone.
    """
    at = present()

    def closings(book: RaceBook) -> tuple[tuple[str, ...], list[Row]]:
        found = register(book, stage, at)
        away = tuple(line.entry.bib for line in found.lines if not line.whereabouts.is_home())
        if not found.lines:
            raise NotDone(f"Nobody has started stage {stage}.")
        closed = {r.control for r in book.rulings if isinstance(r, Close) and r.stage == stage}
        reason = clear_statement(found)
        rows: list[Row] = [
            {
                "ruling": "close",
                "stage": stage,
                "control": code,
                "id": _derived(record_id, code),
                "reason": reason,
            }
            for code in book.points(stage)[1:]
            if code not in closed
        ]
        return away, rows

    away, rows = _asked(slug, closings)
    if away:
        raise NotClear(stage, away)
    if rows:
        _write(slug, [_ruling(row, by) for row in rows])


def reopen_stage(slug: str, stage: int, *, reason: str, record_id: str, by: str) -> None:
    """Open a stage again: what was closed with it is open, as if it had not been; NotDone."""

    def made_together(book: RaceBook) -> tuple[str, ...]:
        closing = closing_of(book, stage)
        if closing is None:
            return ()
        return tuple(
            r.id
            for r in book.rulings
            if isinstance(r, Close)
            and r.stage == stage
            and (r.reason, r.by) == (closing.reason, closing.by)
        )

    records = _asked(slug, made_together)
    if not records:
        raise NotDone(f"Stage {stage} is not closed.")
    rows = [
        {"ruling": "void", "record": one, "id": _derived(record_id, one), "reason": reason}
        for one in records
    ]
    _write(slug, [_ruling(row, by) for row in rows])


def _asked(slug: str, question: Callable[[RaceBook], Answer]) -> Answer:
    here = installation()
    here.books.refresh()
    return here.books.race(slug).ask_whole(lambda book, _: question(book))


def _ruling(row: Row, by: str) -> Ruling:
    data = {name: value for name, value in row.items() if value not in ("", (), [], None)}
    try:
        return recording.ruling_from(
            {"at": format_instant(present()), **data}, by=by, is_station=False
        )
    except BadRecord as error:
        raise NotDone(forms.in_words(error)) from None


def _write(slug: str, rulings: Sequence[Ruling], moments: tuple[str, ...] = ()) -> Appended:
    written = recording.write(slug, rulings=rulings)
    for ruling, fate in zip(rulings, written.fates, strict=True):
        if fate is Fate.CONFLICT and not recording.is_sent_twice(slug, ruling, ("at", *moments)):
            raise NotDone("This form was sent before. Check it and send it again.")
    installation().books.refresh()
    return written


def _derived(record_id: str, part: str) -> str:
    """An id that the same form makes again, whichever process it comes to."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bivouac:{record_id}:{part}"))
