"""Publishing: issuing results by number, protests against them, reopening (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.core.book import RaceBook
from timing.core.differences import differences
from timing.core.plain import Plain, canonical
from timing.core.public import held_back, public_book
from timing.core.publication import frozen_of, input_digest, result_of, signed
from timing.core.publications import (
    Publication,
    PublicationKind,
    PublishedChange,
    official_until,
    publication_of,
)
from timing.core.published_changes import changes_since, published_changes
from timing.core.statuses import StageStatus
from timing.core.times import Instant
from timing.db.publication_tables import ProtestRow
from timing.db.publications import frozen_result, publication_row, publications_of
from timing.db.reading import News, definition_version, news_since
from timing.db.tables import RaceRow
from timing.operations.engine_mark import engine_mark
from timing.operations.homes import NotHome, home_of, own_node, require_home
from timing.operations.races import export_document
from timing.operations.revisions import lock_race

MOST_TEXT = 4000
"""Characters of a protest, an answer or a reason."""

_OUT = frozenset({StageStatus.ON_COURSE, StageStatus.NOT_STARTED})


class NotPublished(ValueError):
    """It can't be done as things stand; the message says why, and what to do first."""


class Moved(NotPublished):
    """Somebody published meanwhile, or the same form came twice; ``latest`` is the last number."""

    def __init__(self, latest: int) -> None:
        super().__init__(f"Number {latest} was issued meanwhile; look at it first.")
        self.latest = latest


class Outcome(StrEnum):
    """What became of a protest."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What is to be issued. ``number`` is the one it shall have, the next.

    A ``reason`` is needed to reopen, and to make a result official before the window is over.
    """

    kind: PublicationKind
    after: int
    number: int
    at: Instant
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protest:
    """A protest, for the desk only; ``outcome`` is None while it is open."""

    number: int
    publication: int
    who: str
    bib: str
    text: str
    lodged_at: Instant
    lodged_by: str
    answered_at: Instant | None
    answered_by: str
    answer: str
    outcome: Outcome | None
    ruling_id: str


class Overtaken(Exception):
    """What came in since a number was drafted concerns it: draft it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A number that was worked out and is not issued; ``frozen`` is the text that is signed.

    Its revision is the one that it was computed from.
    """

    publication: Publication
    frozen: str


def issue(session: Session, slug: str, wanted: Issue) -> Publication:
    """Issue a number, made of what the public may be told; nobody writes to the race meanwhile.

    Raises NotPublished, Moved, UnknownRace and NotHome: only a race's home issues. Where others
    should not wait, `draft` it first and then `put` it.
    """
    lock_race(session, slug)
    return put(session, slug, draft(session, slug, wanted))


def prospect(session: Session, slug: str, wanted: Issue) -> Publication:
    """What `issue` would issue, without doing it; the same is raised."""
    refuse_elsewhere(session, slug)
    return draft(session, slug, wanted).publication


def draft(
    session: Session,
    slug: str,
    wanted: Issue,
    *,
    book: RaceBook | None = None,
    revision: int | None = None,
) -> Draft:
    """Work a number out, under no lock and without writing; NotPublished, Moved, UnknownRace.

    ``book`` is the whole one as of ``revision``, where it is in memory.
    """
    if book is None or revision is None:
        held = export_document(session, slug)
        book, revision = RaceBook(held.document), held.cursor.revision
    before = publications_of(session, slug)
    _refuse_number(before, wanted)
    protests = _reaching(session, slug, before, wanted.after)
    _refuse(book, before, protests, wanted)
    public = public_book(book.document, whole=book)
    result = frozen_of(public, wanted.after)
    frozen = canonical(result)
    is_provisional = wanted.kind is PublicationKind.PROVISIONAL
    made = Publication(
        number=wanted.number,
        kind=wanted.kind,
        after=wanted.after,
        revision=revision,
        version=definition_version(session, slug, revision),
        at=wanted.at,
        by=wanted.by,
        window_ends=wanted.at + book.race.rules.protest_window if is_provisional else None,
        reason=wanted.reason,
        input=input_digest(public),
        result=signed(frozen),
        engine=engine_mark(),
        still_out=still_out(book, wanted.after),
        changes=_changes(session, slug, before, public, result, after=wanted.after),
    )
    return Draft(publication=_counted(made, protests), frozen=frozen)


def put(session: Session, slug: str, made: Draft) -> Publication:
    """Issue what was drafted, under the race's lock; Overtaken, and what `issue` raises.

    Passings that came in since don't concern a provisional number, which is of its own moment; on
    later stages they concern none.
    """
    race = lock_race(session, slug)
    drafted = made.publication
    require_home(session, race, at=drafted.at)
    before = publications_of(session, slug)
    latest = before[-1].number if before else 0
    if drafted.number != latest + 1:
        raise Moved(latest)
    protests = _reaching(session, slug, before, drafted.after)
    if drafted.kind is PublicationKind.OFFICIAL:
        _refuse_open(protests)
    if race.revision != drafted.revision and _concerns(
        news_since(session, slug, drafted.revision), drafted
    ):
        raise Overtaken
    race.revision += 1
    issued = _counted(drafted, protests)
    session.add(publication_row(race.id, issued, made.frozen))
    session.flush()
    return issued


def _concerns(news: News, drafted: Publication) -> bool:
    if news.rulings or news.definition is not None or news.entries is not None:
        return True
    if drafted.kind is PublicationKind.PROVISIONAL:
        return False
    return any(passing.stage <= drafted.after for passing in news.passings)


def _counted(made: Publication, protests: Sequence[Protest]) -> Publication:
    upheld = sum(1 for p in protests if p.outcome is Outcome.UPHELD)
    return replace(made, protests=len(protests), upheld=upheld)


def _reaching(
    session: Session, slug: str, before: tuple[Publication, ...], after: int
) -> list[Protest]:
    return [p for p in protests_of(session, slug) if _reaches(before, p, after)]


def _refuse_number(before: tuple[Publication, ...], wanted: Issue) -> None:
    latest = before[-1].number if before else 0
    if wanted.number != latest + 1:
        raise Moved(latest)


def refuse_elsewhere(session: Session, slug: str) -> None:
    """NotHome where the race is kept by another installation, which alone issues."""
    home, me = home_of(session, slug), own_node(session).node_id
    if home.node != me:
        raise NotHome(slug, home.node, home.name)


def _refuse(
    book: RaceBook,
    before: tuple[Publication, ...],
    protests: list[Protest],
    wanted: Issue,
) -> None:
    after, until = wanted.after, official_until(before)
    if after not in book.stages or not book.has_begun(after):
        raise NotPublished(f"Stage {after} has no result yet.")
    if len(wanted.reason) > MOST_TEXT:
        raise NotPublished(f"A reason has {MOST_TEXT} characters at the most.")
    match wanted.kind:
        case PublicationKind.PROVISIONAL:
            if after <= until:
                raise NotPublished(f"Stage {after} is official: reopen it first, with a reason.")
        case PublicationKind.REOPENED:
            if after > until:
                raise NotPublished(f"Stage {after} is not official: there is nothing to reopen.")
            if not wanted.reason:
                raise NotPublished("Reopening takes a reason, which everybody can read.")
        case PublicationKind.OFFICIAL:
            _refuse_official(book, before, protests, wanted)


def _refuse_official(
    book: RaceBook,
    before: tuple[Publication, ...],
    protests: list[Protest],
    wanted: Issue,
) -> None:
    after = wanted.after
    if after <= official_until(before):
        raise NotPublished(f"Stage {after} is official already.")
    standing = publication_of(before, after)
    if standing is None or standing.kind is not PublicationKind.PROVISIONAL:
        raise NotPublished(f"Publish stage {after} as provisional first: protests need a window.")
    if out := sum(still_out(book, n) for n in book.stages if n <= after):
        raise NotPublished(f"{out} still out up to stage {after}: nobody's result is missing then.")
    untold = [r for r in held_back(book) if r.stage is None or r.stage <= after]
    if untold:
        raise NotPublished("A retirement is held back from the public: release it first.")
    _refuse_open(protests)
    if result_of(public_book(book.document, whole=book), after) != standing.result:
        raise NotPublished(
            f"The result is not that of number {standing.number} any more:"
            " publish it as provisional again."
        )
    is_open = standing.window_ends is not None and wanted.at < standing.window_ends
    if is_open and not wanted.reason:
        raise NotPublished("The protest window is still open: wait, or give a reason.")


def _refuse_open(protests: Sequence[Protest]) -> None:
    if open_ones := [p.number for p in protests if p.outcome is None]:
        listed = ", ".join(map(str, open_ones))
        raise NotPublished(f"Answer protest {listed} first: no reason makes up for an answer.")


def still_out(book: RaceBook, stage: int) -> int:
    """How many on a stage are on the course, or were not seen to start."""
    state = book.stage_book(stage).state
    return 0 if state is None else sum(1 for r in state.rows.values() if r.status in _OUT)


def _changes(
    session: Session,
    slug: str,
    before: tuple[Publication, ...],
    book: RaceBook,
    result: Plain,
    *,
    after: int,
) -> tuple[PublishedChange, ...]:
    earlier = publication_of(before, after)
    if earlier is None:
        return ()
    if earlier.after == after:
        signed_then = frozen_result(session, slug, earlier.number)
        return changes_since(signed_then, result, book.board_codes())
    # Of a later stage: the classifications after this one are not in it.
    then = public_book(export_document(session, slug, earlier.revision).document)
    return published_changes(differences(then, book, every_stage=True), after)


def _reaches(before: tuple[Publication, ...], protest: Protest, after: int) -> bool:
    return any(p.number == protest.publication and p.after <= after for p in before)


def protests_of(session: Session, slug: str) -> tuple[Protest, ...]:
    """Every protest of a race, in order. One query."""
    rows = session.scalars(
        select(ProtestRow)
        .join(RaceRow, RaceRow.id == ProtestRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(ProtestRow.number)
    )
    return tuple(_protest(row) for row in rows)


def lodge(
    session: Session,
    slug: str,
    protest: Protest,
    *,
    form: str,
) -> int:
    """Write a protest down and return its number; the same ``form`` again writes nothing.

    Its own number is not looked at. NotPublished where its publication is none that can be
    protested against, or its window is over.
    """
    race = lock_race(session, slug)
    known = session.scalar(
        select(ProtestRow.number).where(ProtestRow.race_id == race.id, ProtestRow.form == form)
    )
    if known is not None:
        return known
    against = {p.number: p for p in publications_of(session, slug)}.get(protest.publication)
    if against is None or against.kind is not PublicationKind.PROVISIONAL:
        raise NotPublished("A protest is against a provisional result: give its number.")
    if against.window_ends is not None and protest.lodged_at >= against.window_ends:
        raise NotPublished(f"The window of number {against.number} is over.")
    if not protest.who or not protest.text:
        raise NotPublished("Say who protests, and what against.")
    if len(protest.text) > MOST_TEXT or len(protest.who) > MOST_TEXT:
        raise NotPublished(f"A protest has {MOST_TEXT} characters at the most.")
    last = session.scalar(select(func.max(ProtestRow.number)).where(ProtestRow.race_id == race.id))
    number = (last or 0) + 1
    session.add(
        ProtestRow(
            race_id=race.id,
            number=number,
            form=form,
            publication=protest.publication,
            who=protest.who,
            bib=protest.bib,
            text=protest.text,
            lodged_at=protest.lodged_at,
            lodged_by=protest.lodged_by,
            answered_at=None,
            answered_by="",
            answer="",
            outcome="",
            ruling_id="",
        )
    )
    session.flush()
    return number


def answer(
    session: Session,
    slug: str,
    number: int,
    *,
    outcome: Outcome,
    text: str,
    at: Instant,
    by: str,
    ruling_id: str = "",
) -> Protest:
    """Answer a protest, once; NotPublished where there is none, or it has an answer."""
    race = lock_race(session, slug)
    row = session.get(ProtestRow, (race.id, number))
    if row is None:
        raise NotPublished(f"There is no protest {number}.")
    if row.outcome:
        raise NotPublished(f"Protest {number} was answered: {row.outcome}.")
    if not text or len(text) > MOST_TEXT:
        raise NotPublished(f"Give the answer in words, {MOST_TEXT} characters at the most.")
    row.outcome, row.answer, row.answered_by = outcome.value, text, by
    row.answered_at, row.ruling_id = at, ruling_id
    session.flush()
    return _protest(row)


def _protest(row: ProtestRow) -> Protest:
    return Protest(
        number=row.number,
        publication=row.publication,
        who=row.who,
        bib=row.bib,
        text=row.text,
        lodged_at=row.lodged_at,
        lodged_by=row.lodged_by,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
        outcome=Outcome(row.outcome) if row.outcome else None,
        ruling_id=row.ruling_id,
    )


NEW_PROTEST = Protest(
    number=0,
    publication=0,
    who="",
    bib="",
    text="",
    lodged_at=0,
    lodged_by="",
    answered_at=None,
    answered_by="",
    answer="",
    outcome=None,
    ruling_id="",
)
"""What a protest is made of, with `dataclasses.replace`."""
