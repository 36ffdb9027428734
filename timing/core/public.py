"""What the public is told of a race: a book of its own, and when it learns that somebody retired.

Names may be hidden by entry, and a retirement is not told before it is released (Rules 12.2).
Whoever makes anything for the public asks a public book: it holds no name that is hidden and no
ruling that is held back, so that no page and no file can give them away. All else is as in the
whole book, to the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from timing.core.book import RaceBook
from timing.core.definition import Race, StageKind, Withdrawals
from timing.core.document import Document
from timing.core.records import Account, Passing, Release, Ruling, Status, Void
from timing.core.rosters import Untold
from timing.core.statuses import RulingStatus, StageStatus

_RETIRED = frozenset({RulingStatus.WITHDRAWN, RulingStatus.DNF})
"""What is held back until it is released. Who did not start, was late or was disqualified is not:
no family waits for a runner who is at the start, and limits and judges decide in public."""

_ENDED = frozenset({StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ})
_WAITED_FOR = frozenset({StageStatus.ON_COURSE, StageStatus.NOT_STARTED})


def hidden_entries(book: RaceBook) -> frozenset[str]:
    """The ids of the entries whose name is hidden now; then it is for all stages."""
    return frozenset(entry.id for entry in book.entries() if entry.name_hidden)


def untold_of(race: Race, hidden: frozenset[str]) -> Untold | None:
    """What is left out of those entries: the name, and what names them in a small field.

    Club and home stay where a category is made of them: there a board would tell them anyhow, and
    the results must be those of the whole book. Nationality, gender, division and team stay: they
    say which boards somebody stands on.
    """
    if not hidden:
        return None
    fields = ["name"]
    if not any(category.club for category in race.categories):
        fields.append("club")
    if not any(category.residence for category in race.categories):
        fields.append("residence")
    return Untold(ids=hidden, fields=tuple(fields))


def held_back(book: RaceBook) -> tuple[Status, ...]:
    """The rulings that somebody retired and that the public is not told yet, in their order.

    One is told once all whom it names are released; or when the course of its stage is clear,
    unless the race leaves that to its director; and at the latest when a later stage has begun,
    since from then on a board would have to say that they run it (Rules 12.2). After the last stage
    none begins: where nobody is accounted for anywhere in the race, it is told once the others are
    in, else a race that keeps no register would stay under way for good.
    """
    if book.race.withdrawals is Withdrawals.AT_ONCE:
        return ()
    retired = [r for r in book.rulings if isinstance(r, Status) and r.status in _RETIRED]
    if not retired:
        return ()
    releases = [r for r in book.rulings if isinstance(r, Release)]
    begun = [number for number in book.stages if book.has_begun(number)]
    last_begun = begun[-1] if begun else 0
    is_by_course = book.race.withdrawals is Withdrawals.COURSE_CLEAR
    keeps_register = any(isinstance(r, Account) for r in book.rulings)
    last = max((s.number for s in book.race.stages if s.kind is not StageKind.REST), default=0)
    clear: dict[int, bool] = {}

    def is_told(ruling: Status) -> bool:
        stage = last_begun if ruling.stage is None else ruling.stage
        if ruling.stage is not None and ruling.stage < last_begun:
            return True
        if is_by_course and stage in begun:
            if stage not in clear:
                takes_a_word = keeps_register or stage != last
                clear[stage] = is_course_clear(book, stage, takes_a_word=takes_a_word)
            if clear[stage]:
                return True
        return _is_released(ruling, releases, book)

    return tuple(ruling for ruling in retired if not is_told(ruling))


def is_course_clear(book: RaceBook, stage: int, *, takes_a_word: bool = True) -> bool:
    """Whether everyone who started is at the finish or at a final place (Rules 11.1).

    A runner who is out is at a final place once somebody said where, and if it was in a vehicle
    to whom they were handed over; or at once, unless it ``takes_a_word``. UnknownStage where there
    is no such stage.
    """
    settled = book.stage_book(stage)
    if settled.state is None or not book.has_begun(stage):
        return False
    accounts: dict[str, Account] = {}
    for ruling in book.rulings:
        if isinstance(ruling, Account) and ruling.stage == stage:
            for entry_id in settled.roster.ids_of(ruling.bibs):
                accounts[entry_id] = ruling
    for entry_id, row in settled.state.rows.items():
        if row.status in _WAITED_FOR:
            return False
        if takes_a_word and row.status in _ENDED and row.finish is None:
            account = accounts.get(entry_id)
            if account is None or (account.vehicle and not account.handed_to):
                return False
    return True


def _is_released(ruling: Status, releases: Iterable[Release], book: RaceBook) -> bool:
    """Whether all whom a ruling names were released, on its stage or on any."""
    roster = book.roster_of(ruling.stage)
    waiting = set(roster.ids_of(ruling.bibs)) | {f"team {ruling.team}" for _ in ruling.team[:1]}
    for release in releases:
        if release.stage in (None, ruling.stage):
            waiting -= set(book.roster_of(release.stage).ids_of(release.bibs))
            waiting.discard(f"team {release.team}")
    return not waiting


def public_book(
    document: Document, *, hidden: frozenset[str] = frozenset(), whole: RaceBook | None = None
) -> RaceBook:
    """The book that the public is told from; the whole one itself where nothing is held back.

    ``whole`` is the book of the document, where there is one already. ``hidden`` are ids whose
    names are to be hidden beside those that the document hides: a name hidden today was not
    hidden in the past, and is told no more than today.
    """
    book = RaceBook(document) if whole is None else whole
    untold = untold_of(document.race, hidden | hidden_entries(book))
    kept = held_back(book)
    if untold is None and not kept:
        return book
    dropped = _dropped(document.rulings, kept, book) if kept else frozenset()
    rulings = tuple(ruling for ruling in document.rulings if ruling.id not in dropped)
    public = RaceBook(replace(document, rulings=rulings), untold=untold)
    public.publications = book.publications
    return public


def _dropped(rulings: Sequence[Ruling], kept: Sequence[Status], book: RaceBook) -> frozenset[str]:
    """The ids of what is held back, and of what undid another of its kind or was undone.

    What no longer counts tells as much as what does, once that which undid it is left out.
    """
    counting = {ruling.id for ruling in book.rulings}
    dropped = {ruling.id for ruling in kept}
    dropped.update(r.id for r in rulings if _may_be_held(r) and r.id not in counting)
    voids = [r for r in rulings if isinstance(r, Void)]
    while more := {v.id for v in voids if v.record in dropped} - dropped:
        dropped |= more
    return frozenset(dropped)


class PublicView:
    """The public's book beside a whole one, which it follows as that takes more.

    It is the whole book itself while there is nothing to hide, and costs nothing then. A
    retirement that is held back parts the two; what was settled before is shared.
    """

    def __init__(self, whole: RaceBook) -> None:
        self._whole = whole
        self._begin()

    @property
    def book(self) -> RaceBook:
        """The book to tell the public from."""
        return self._public

    @property
    def hidden(self) -> frozenset[str]:
        """The ids of the entries whose names are hidden."""
        return self._hidden

    @property
    def held_back(self) -> tuple[Status, ...]:
        """The retirements that the public is not told."""
        return self._kept

    def _begin(self) -> None:
        self._hidden = hidden_entries(self._whole)
        self._kept = held_back(self._whole)
        if self._hidden or self._kept:
            self._public = public_book(self._whole.document, whole=self._whole)
        else:
            self._public = self._whole

    def replaced(self) -> None:
        """The whole book took another definition, entries or teams."""
        self._begin()

    def add(self, *, passings: Iterable[Passing] = (), rulings: Iterable[Ruling] = ()) -> None:
        """Let the whole book take more records, and the public's what it may know of them."""
        passings, rulings = tuple(passings), tuple(rulings)
        whole, public = self._whole, self._public
        before = {ruling.id: ruling for ruling in self._kept}
        if public is whole and any(_may_be_held(ruling) for ruling in rulings):
            public = whole.fork()
        whole.add(passings=passings, rulings=rulings)
        if rulings and hidden_entries(whole) != self._hidden:
            self._begin()
            return
        kept = held_back(whole)
        now = {ruling.id: ruling for ruling in kept}
        told = {ruling.id for ruling in rulings}
        is_taken_back = any(record not in before and record not in told for record in now)
        is_corrected = any(r.supersedes or isinstance(r, Void) for r in rulings)
        self._kept = kept
        if not now and not self._hidden:
            self._public = whole
        elif is_taken_back or (is_corrected and (before or now)):
            self._public = public_book(whole.document, whole=whole)
        elif public is not whole:
            released = [ruling for record, ruling in before.items() if record not in now]
            public.add(
                passings=passings,
                rulings=(*released, *(r for r in rulings if r.id not in now)),
            )
            self._public = public
        self._public.publications = whole.publications


def _may_be_held(ruling: Ruling) -> bool:
    return isinstance(ruling, Status) and ruling.status in _RETIRED
