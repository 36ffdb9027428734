"""What devices gave out by file, message or code: kept until it is whole, looked over, taken.

Messages come in any order and over days, so whatever was read is kept (``carried``) until nothing
of it is missing and all of it is in the journal, or until somebody puts it away. What stands there
is judged anew each time: it is never known elsewhere whether it was taken, but by the journal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from timing.core.definition import Race
from timing.core.plain import digest
from timing.core.records import (
    Assign,
    Observation,
    Passing,
    Record,
    Ruling,
    StartCorrection,
    Status,
    Void,
)
from timing.core.statuses import RulingStatus
from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.tables import CarriedRow, JournalRow, RaceRow
from timing.importers.carriage import Found, Reading, Series, Trouble, read, read_text
from timing.importers.carriage_messages import Part
from timing.importers.carriage_stream import race_tag
from timing.operations.station_records import judge, record_of
from timing.operations.tokens import Token, TokenScope, tokens_of_race
from timing.racefile import BadRecord

MOST_KEPT = 5_000
"""Messages, codes and files that wait at once for one race."""

_ASKED_AT_ONCE = 500


class Fit(StrEnum):
    """What becomes of a record that was carried here."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"
    REFUSED = "refused"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record as it was found, and what becomes of it; ``told`` says why it is not taken.

    ``record`` is None where it could not be read as one.
    """

    where: str
    fit: Fit
    told: str = ""
    record: Record | None = None
    wire: Mapping[str, Any]
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """All that was carried here and is not put away, looked over.

    ``marks`` are observations that go with what a revoked key recorded before.
    """

    lines: tuple[Line, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    series: tuple[Series, ...] = ()
    passed_over: tuple[str, ...] = ()
    marks: tuple[Observation, ...] = ()

    @property
    def gaps(self) -> tuple[Series, ...]:
        """The series of which something has not come."""
        return tuple(one for one in self.series if one.missing)

    def count(self, fit: Fit) -> int:
        """How many records fit so."""
        return sum(line.fit is fit for line in self.lines)

    @property
    def passings(self) -> tuple[Passing, ...]:
        """The new passings, in the order they were found."""
        return tuple(r for r in self._new() if isinstance(r, Passing))

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """The new rulings, and the marks that go with them."""
        return (*(r for r in self._new() if isinstance(r, Ruling)), *self.marks)

    def _new(self) -> Iterable[Record]:
        return (x.record for x in self.lines if x.fit is Fit.NEW and x.record is not None)


class TooMuchKept(ValueError):
    """More waits already than any race's devices give out."""

    def __init__(self) -> None:
        super().__init__(f"More than {MOST_KEPT:,} messages and files wait: put some away first.")


def keep_carried(session: Session, slug: str, content: bytes, *, at: Instant, by: str) -> Reading:
    """Keep what was read in a file or a text, each message once; gives what was read of it.

    What could not be read is not kept: the reading tells of it. Raises UnknownRace, TooMuchKept.
    """
    race_id = _race_id(session, slug)
    reading = read(content)
    texts = [text for _, text in reading.parts]
    if reading.found and not reading.parts:
        texts = [content.decode("utf-8", errors="replace")]
    here = _kept(session, race_id)
    new = {_name(text): text for text in texts if _name(text) not in here}
    if len(here) + len(new) > MOST_KEPT:
        raise TooMuchKept
    session.add_all(
        CarriedRow(race_id=race_id, digest=name, content=text, came=at, brought_by=by)
        for name, text in new.items()
    )
    session.flush()
    return reading


def look_over(session: Session, slug: str, race: Race, *, at: Instant) -> Look:
    """Everything that is kept, judged by what is in the journal now. Raises UnknownRace."""
    readings = _readings(_kept(session, _race_id(session, slug)).values())
    return _look(session, slug, race, readings, at=at)


def look_over_reading(
    session: Session, slug: str, race: Race, reading: Reading, *, at: Instant
) -> Look:
    """One reading, judged in the same manner without being kept."""
    return _look(session, slug, race, [reading], at=at)


def put_away_taken(session: Session, slug: str, race: Race, *, at: Instant) -> None:
    """Forget what is whole and in the journal by now; the rest goes on waiting."""
    race_id = _race_id(session, slug)
    kept = _kept(session, race_id)
    done: set[str] = set()
    files = {name: text for name, text in kept.items() if text.lstrip("\ufeff \r\n\t")[:1] == "{"}
    for name, text in files.items():
        if _is_taken(_look(session, slug, race, [read(text.encode())], at=at)):
            done.add(name)
    parts = _by_batch({name: text for name, text in kept.items() if name not in files})
    for texts in parts.values():
        look = _look(session, slug, race, [read_text("\n".join(texts.values()))], at=at)
        if not look.gaps and _is_taken(look):
            done |= texts.keys()
    _forget(session, race_id, done)


def put_all_away(session: Session, slug: str) -> None:
    """Forget everything that waits, whole or not; the journal stays as it is."""
    race_id = _race_id(session, slug)
    session.execute(delete(CarriedRow).where(CarriedRow.race_id == race_id))


def count_kept(session: Session, slug: str) -> int:
    """How many messages, codes and files wait."""
    race_id = _race_id(session, slug)
    asked = select(func.count()).select_from(CarriedRow).where(CarriedRow.race_id == race_id)
    return session.scalar(asked) or 0


def _is_taken(look: Look) -> bool:
    return not look.troubles and all(line.fit is Fit.KNOWN for line in look.lines)


def _race_id(session: Session, slug: str) -> int:
    found = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if found is None:
        raise UnknownRace(slug)
    return found


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(session: Session, race_id: int) -> dict[str, str]:
    rows = session.execute(
        select(CarriedRow.digest, CarriedRow.content)
        .where(CarriedRow.race_id == race_id)
        .order_by(CarriedRow.id)
    )
    return {row.digest: row.content for row in rows}


def _forget(session: Session, race_id: int, names: Iterable[str]) -> None:
    wanted = sorted(names)
    for first in range(0, len(wanted), _ASKED_AT_ONCE):
        session.execute(
            delete(CarriedRow).where(
                CarriedRow.race_id == race_id,
                CarriedRow.digest.in_(wanted[first : first + _ASKED_AT_ONCE]),
            )
        )


def _readings(contents: Iterable[str]) -> list[Reading]:
    """Files one by one, all messages and codes together."""
    files: list[str] = []
    parts: list[str] = []
    for text in contents:
        (files if text.lstrip("\ufeff \r\n\t")[:1] == "{" else parts).append(text)
    return [*(read(text.encode("utf-8")) for text in files), read_text("\n".join(parts))]


def _by_batch(kept: Mapping[str, str]) -> dict[tuple[int, int], dict[str, str]]:
    batches: dict[tuple[int, int], dict[str, str]] = {}
    for name, text in kept.items():
        places: list[Part] = [part for part, _ in read_text(text).parts]
        for part in places:
            batches.setdefault((part.batch, part.total), {})[name] = text
    return batches


def _look(
    session: Session, slug: str, race: Race, readings: Sequence[Reading], *, at: Instant
) -> Look:
    found = [one for reading in readings for one in reading.found]
    lines, marks = _lines(session, slug, race, found, at)
    return Look(
        lines=lines,
        marks=marks,
        troubles=tuple(t for reading in readings for t in reading.troubles),
        series=tuple(s for reading in readings for s in reading.series),
        passed_over=tuple(p for reading in readings for p in reading.passed_over),
    )


def _lines(
    session: Session, slug: str, race: Race, found: Sequence[Found], at: Instant
) -> tuple[tuple[Line, ...], tuple[Observation, ...]]:
    stations = {
        token.public: token
        for token in tokens_of_race(session, slug)
        if token.scope is TokenScope.STATION
    }
    lines = [_read_line(one, stations, race_tag(slug)) for one in found]
    known = _digests(session, slug, [x.record.id for x in lines if x.record is not None])
    marks: list[Observation] = []
    refused: dict[int, str] = {}
    for public in sorted({line.station for line in lines}):
        indices = [n for n, x in enumerate(lines) if x.station == public and x.record is not None]
        records = [r for n in indices if (r := lines[n].record) is not None]
        token = stations.get(public)
        if token is None:
            refused |= {
                n: "A phone does not decide that."
                for n, record in zip(indices, records, strict=True)
                if not _is_of_stations(record)
            }
            continue
        judged = judge(session, token, records, race, at=at)
        refused |= {indices[nth]: told for nth, told in judged.refused.items()}
        marks += judged.marks
    return tuple(_settled(lines, refused, known)), tuple(marks)


def _settled(
    lines: Sequence[Line], refused: Mapping[int, str], known: dict[str, set[str]]
) -> Iterable[Line]:
    """The lines with what becomes of each; a record that comes twice is known the second time."""
    for n, line in enumerate(lines):
        if line.record is None:
            yield line
            continue
        fit, told = Fit.NEW, ""
        content, there = digest(line.record), known.get(line.record.id)
        if there is not None and content in there:
            fit = Fit.KNOWN
        elif n in refused:
            fit, told = Fit.REFUSED, refused[n]
        elif there is not None:
            fit, told = Fit.CONFLICT, "Something else is recorded here under its id."
        else:
            known[line.record.id] = {content}
        yield Line(
            where=line.where,
            fit=fit,
            told=told,
            record=line.record,
            wire=line.wire,
            station=line.station,
        )


def _read_line(found: Found, stations: Mapping[str, Token], tag: int) -> Line:
    carried = found.carried
    if carried.race != tag:
        return Line(
            where=found.where,
            fit=Fit.REFUSED,
            told="It is of another race.",
            wire=carried.record,
            station=carried.station,
        )
    token = stations.get(carried.station)
    by = token.label if token is not None else f"Station {carried.station or 'unknown'}"
    try:
        record = record_of(carried.record, by=by)
    except BadRecord as error:
        return Line(
            where=found.where,
            fit=Fit.MALFORMED,
            told=str(error),
            wire=carried.record,
            station=carried.station,
        )
    return Line(
        where=found.where,
        fit=Fit.NEW,
        record=record,
        wire=carried.record,
        station=carried.station,
    )


def _is_of_stations(record: Record) -> bool:
    """Whether it is of a kind that stations write at all."""
    match record:
        case Passing() | Void() | Assign() | Observation() | StartCorrection(bibs=()):
            return True
        case Status(status=RulingStatus.WITHDRAWN, team=""):
            return True
        case _:
            return False


def _digests(session: Session, slug: str, ids: Sequence[str]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    wanted = sorted(set(ids))
    for first in range(0, len(wanted), _ASKED_AT_ONCE):
        rows = session.execute(
            select(JournalRow.record_id, JournalRow.digest)
            .join(RaceRow, RaceRow.id == JournalRow.race_id)
            .where(
                RaceRow.slug == slug,
                JournalRow.record_id.in_(wanted[first : first + _ASKED_AT_ONCE]),
            )
        )
        for record_id, content in rows:
            known.setdefault(record_id, set()).add(content)
    return known
