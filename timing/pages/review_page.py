"""The review: what waits for a timekeeper, and the evidence about one case side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.cases import Case, Weight, cases
from timing.core.differences import Differences, Figures
from timing.core.entries import Entry
from timing.core.evidence import AtControl, Evidence, Read, evidence
from timing.core.problems import ProblemCode
from timing.core.records import Credit, Observation, Passing, Penalty, Status
from timing.core.times import SECOND, Duration, Instant, zone_named
from timing.pages import addresses, figures, words
from timing.pages.clock_words import passing_clock_words
from timing.pages.desk_words import clock_words, ruling_words
from timing.pages.difference_words import NOTHING, result_name, status_word
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.problem_words import problem_remedy, problem_seen
from timing.pages.selection import Option
from timing.pages.words import sentence

MOST_LISTED = 400
"""Cases on the page; how many there are is said."""

WEIGHT_WORDS: Mapping[Weight, str] = {
    Weight.DECISION: "Decides a result",
    Weight.WHO: "Who was it",
    Weight.TIME: "Is the time right",
    Weight.NOTE: "To know of",
}

_NAMED_IN_PREVIEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question to a station as the page shows it; ``answer`` is empty while there is none."""

    text: str
    by: str
    at: Instant
    record: str = ""
    stage: int | None = None
    control: str = ""
    bib: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which cases are listed; empty and None stand for all."""

    stage: int | None = None
    control: str = ""
    weight: Weight | None = None

    def has(self, case: Case) -> bool:
        """Whether a case is among them."""
        return (
            self.stage in (None, case.stage)
            and self.control in ("", case.control)
            and self.weight in (None, case.weight)
        )

    def query(self) -> dict[str, str | int | None]:
        """As an address has it."""
        weight = None if self.weight is None else int(self.weight)
        return {"stage": self.stage, "control": self.control, "weight": weight}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who works on a case, and until when (an instant)."""

    by: str
    until: Instant
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItem:
    """A line of the queue; ``more`` is how many further problems it has."""

    key: str
    url: str
    bib: str
    name: str
    where: str
    seen: str
    more: int
    weight: str
    is_heavy: bool
    held: str
    is_mine: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadItem:
    """A read in the evidence."""

    record: str
    time: str
    by: str
    clock: str
    fate: str
    is_taken: bool
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PointItem:
    """A point of the course with the split that counts there and the reads behind it."""

    name: str
    kilometres: str
    split: str
    reads: tuple[ReadItem, ...]
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NearItem:
    """A read at the same control around the one in question."""

    time: str
    bib: str
    name: str
    by: str
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidItem:
    """What a station reported, or was asked and answered."""

    when: str
    what: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A field of an action's form; with ``options`` a choice."""

    name: str
    label: str
    value: str = ""
    options: tuple[Option, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to decide: ``do`` names it, ``key`` is its letter on the keyboard."""

    do: str
    key: str
    label: str
    button: str
    id: str
    fields: tuple[tuple[str, str], ...] = ()
    inputs: tuple[Input, ...] = ()
    is_previewed: bool = True
    would: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """One case, opened."""

    key: str
    digest: str
    bib: str
    title: str
    facts: str
    url: str
    problems: tuple[tuple[str, str], ...]
    points: tuple[PointItem, ...]
    elsewhere: tuple[ReadItem, ...]
    near: tuple[NearItem, ...]
    near_title: str
    said: tuple[SaidItem, ...]
    actions: tuple[Action, ...]
    held: str
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A decision whose outcome was asked for without a script: its form as sent, and the answer."""

    do: str
    values: Mapping[str, str]
    would: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What was just decided of which case, and the records that are taken back together."""

    what: str
    case: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """The queue, and the case that is open."""

    template: ClassVar[str] = "review.html"

    frame: Frame
    slug: str
    race: str
    items: tuple[CaseItem, ...]
    total: int
    open_total: int
    looked_at: str
    as_of: str
    stages: tuple[Option, ...]
    controls: tuple[Option, ...]
    weights: tuple[Option, ...]
    query: str
    chosen: CaseDetail | None
    gone: bool
    message: str
    is_error: bool
    undo: Undo | None
    undo_id: str
    signed_in_as: str
    form_token: str
    revision: int


def review_page(
    book: RaceBook,
    *,
    filters: Filters,
    chosen: str,
    held: Mapping[str, Held],
    asked: Sequence[Asked],
    now: Instant,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    revision: int,
    message: str = "",
    is_error: bool = False,
    undo: Undo | None = None,
    tried: Tried | None = None,
) -> ReviewPage:
    """The review of a race.

    ``chosen`` is the key of the case to open; empty opens none, and one that is not there any
    more is said to be settled. ``held`` says who works on which case, ``asked`` what stations
    were asked.
    """
    found = cases(book)
    listed = [case for case in found if filters.has(case)]
    maker = _ReviewMaker(book, filters, held, asked, new_id)
    opened = next((case for case in found if case.key == chosen), None)
    stages = sorted({case.stage for case in found if case.stage is not None})
    controls = dict.fromkeys(
        case.control for case in found if case.control and filters.stage in (None, case.stage)
    )
    return ReviewPage(
        frame=Frame(
            title=f"Review · {book.race.name}", styles=("desk", "review"), scripts=("review",)
        ),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        items=tuple(maker.item(case, is_chosen=case is opened) for case in listed[:MOST_LISTED]),
        total=len(listed),
        open_total=len(found),
        looked_at=figures.count(book.passings_held()),
        as_of=figures.clock(now, maker.zone),
        stages=tuple(
            Option(
                value=str(n), label=sentence("stage-column", stage=n), is_chosen=n == filters.stage
            )
            for n in stages
        ),
        controls=tuple(
            Option(value=code, label=code, is_chosen=code == filters.control)
            for code in sorted(controls)
        ),
        weights=tuple(
            Option(value=str(int(w)), label=said, is_chosen=w == filters.weight)
            for w, said in WEIGHT_WORDS.items()
        ),
        query=addresses.desk_review(book.race.slug, **filters.query()),
        chosen=maker.detail(opened, tried) if opened is not None else None,
        gone=bool(chosen) and opened is None,
        message=message,
        is_error=is_error,
        undo=undo,
        undo_id=new_id(),
        signed_in_as=signed_in_as,
        form_token=form_token,
        revision=revision,
    )


def preview_words(supposed: RaceBook, found: Differences) -> str:
    """What a decision would change, in one line: ``Ana Ruiz 3rd → 2nd (Stage 1); …``."""
    if found.is_empty:
        return NOTHING
    said = []
    for result in found.results:
        for change in result.changes:
            before, after = change.before, change.after
            old, new = _ranked(before), _ranked(after)
            if old != new:
                where = result_name(supposed, result)
                said.append(f"{name_of(change.competitor)} {old} → {new} ({where})")
    shown = said[:_NAMED_IN_PREVIEW]
    if not said:
        return f"Times change, no rank does; it concerns {found.concerned:,}."
    rest = len(said) - len(shown)
    more = f", and {rest:,} more ranks" if rest else ""
    return f"{'; '.join(shown)}{more}."


def _ranked(shown: Figures | None) -> str:
    """``2nd``; the status of who has no rank, a dash where there is no line."""
    if shown is None:
        return "–"
    if shown.rank is None:
        return status_word(shown)
    teen = shown.rank % 100 in (11, 12, 13)
    return f"{shown.rank}{'th' if teen else _ENDING.get(shown.rank % 10, 'th')}"


_ENDING = {1: "st", 2: "nd", 3: "rd"}


class _ReviewMaker:
    """Gathers what the parts of the page share."""

    def __init__(
        self,
        book: RaceBook,
        filters: Filters,
        held: Mapping[str, Held],
        asked: Sequence[Asked],
        new_id: Callable[[], str],
    ) -> None:
        self.book = book
        self.filters = filters
        self.held = held
        self.asked = asked
        self.new_id = new_id
        self.zone = zone_named(book.race.timezone)

    def _name(self, bib: str, stage: int | None) -> str:
        worn_on = stage if stage in self.book.stages else None
        entry = self.book.entry_wearing(bib, worn_on) if bib else None
        return name_of(entry) if entry is not None else ""

    def _where(self, case: Case) -> str:
        if case.stage is None:
            return "The whole race"
        stage = sentence("stage-only", stage=case.stage).capitalize()
        return f"{stage} · {case.control}" if case.control else stage

    def _held(self, key: str) -> str:
        held = self.held.get(key)
        if held is None or held.is_mine:
            return ""
        return f"{held.by} is at it until {figures.clock(held.until, self.zone)}"

    def _seen(self, case: Case) -> list[str]:
        said = [problem_seen(problem) for problem in case.problems]
        return said + [ruling_words(self.book, p.observation) for p in case.proposals]

    def item(self, case: Case, *, is_chosen: bool) -> CaseItem:
        seen = self._seen(case)
        held = self.held.get(case.key)
        return CaseItem(
            key=case.key,
            url=addresses.desk_review(self.book.race.slug, **self.filters.query(), case=case.key),
            bib=case.bib or "–",
            name=self._name(case.bib, case.stage),
            where=self._where(case),
            seen=seen[0],
            more=len(seen) - 1,
            weight=WEIGHT_WORDS[case.weight],
            is_heavy=case.weight is Weight.DECISION,
            held=self._held(case.key),
            is_mine=held is not None and held.is_mine,
            is_chosen=is_chosen,
        )

    def detail(self, case: Case, tried: Tried | None = None) -> CaseDetail:
        shown = evidence(self.book, case)
        held = self.held.get(case.key)
        return CaseDetail(
            key=case.key,
            digest=case.digest,
            bib=case.bib or "–",
            title=self._name(case.bib, case.stage) or self._nobody(case),
            facts=" · ".join(
                part for part in (self._where(case), *self._entry_facts(shown.entry, case)) if part
            ),
            url=""
            if shown.entry is None
            else addresses.runner(self.book.race.slug, shown.entry.bib, stage=case.stage),
            problems=tuple(
                [(problem_seen(p), problem_remedy(p)) for p in case.problems]
                + [
                    (ruling_words(self.book, p.observation), "A station reports it; you decide.")
                    for p in case.proposals
                ]
            ),
            points=tuple(self._point(at, case) for at in shown.along),
            elsewhere=tuple(self._read(read, case) for read in shown.elsewhere),
            near=tuple(
                NearItem(
                    time=figures.clock(n.time, self.zone),
                    bib=n.bib or "–",
                    name=self._name(n.bib, case.stage),
                    by=self._by(n.passing),
                    is_asked=n.is_asked,
                )
                for n in shown.neighbours
            ),
            near_title=case.control,
            said=tuple(self._said(shown, case)),
            actions=tuple(_as_tried(action, tried) for action in self._actions(shown)),
            held=self._held(case.key),
            is_mine=held is not None and held.is_mine,
        )

    def _nobody(self, case: Case) -> str:
        return "Nobody of the start list" if case.bib else "Nobody yet"

    def _entry_facts(self, entry: Entry | None, case: Case) -> Iterator[str]:
        if entry is None or case.stage is None or case.stage not in self.book.stages:
            return
        line = self.book.stage_line(case.stage, entry.id)
        if line is not None:
            yield words.STAGE_STATUS[line.status]
            if line.rank is not None:
                yield f"rank {line.rank} on the stage"

    def _point(self, at: AtControl, case: Case) -> PointItem:
        return PointItem(
            name=at.name or at.point,
            kilometres=figures.kilometres(at.distance_m),
            split="" if at.split is None else figures.clock(at.split, self.zone),
            reads=tuple(self._read(read, case) for read in at.reads),
            is_asked=at.is_asked,
        )

    def _read(self, read: Read, case: Case) -> ReadItem:
        passing = read.passing
        if read.is_taken:
            fate = "counts, confirmed" if read.is_confirmed else "counts"
        elif read.reason is not None:
            fate = words.UNUSED_REASON[read.reason]
        else:
            fate = "counts for nobody"
        return ReadItem(
            record=passing.id,
            time=self._time(passing),
            by=self._by(passing),
            clock=clock_facts(passing),
            fate=fate,
            is_taken=read.is_taken,
            is_asked=passing.id in case.records,
        )

    def _time(self, passing: Passing) -> str:
        before = "by " if passing.at_latest else ""
        return before + clock_words(self.book, passing.time, passing.stage)

    def _by(self, passing: Passing) -> str:
        return " ".join(part for part in (words.SOURCE[passing.source], passing.device) if part)

    def _said(self, shown: Evidence, case: Case) -> Iterator[SaidItem]:
        for seen in shown.said:
            yield SaidItem(
                when=figures.clock(seen.at, self.zone),
                what=" · ".join(p for p in (ruling_words(self.book, seen), seen.reason) if p),
                by=seen.by,
            )
        for question in self.asked:
            is_of_runner = (question.stage, question.control, question.bib) == (
                case.stage,
                case.control,
                case.bib,
            )
            if question.record in case.records or is_of_runner:
                answer = question.answer or "not answered yet"
                yield SaidItem(
                    when=figures.clock(question.at, self.zone),
                    what=f"{question.text} — {answer}",
                    by=question.by,
                )

    # -- what can be decided ----------------------------------------------------------------------

    def _actions(self, shown: Evidence) -> Iterator[Action]:
        case = shown.case
        reads = self._choosable(shown)
        if reads:
            yield from self._about_reads(shown, reads)
        # The split that somebody else misses belongs to the case of the read that may be it.
        missed = ProblemCode.MISSED_CONTROL
        if any(p.code is missed and p.bib == case.bib for p in case.problems):
            yield Action(
                do="missed",
                key="c",
                label="Was missed",
                button="Confirm as missed",
                id=self.new_id(),
                inputs=(_reason("Confirmed with the control"),),
            )
        if case.stage is not None and case.control and shown.entry is not None:
            yield Action(
                do="declare",
                key="d",
                label="Declare a time",
                button="Declare the time",
                id=self.new_id(),
                inputs=(
                    Input(name="time", label=f"Time of day at {case.control}"),
                    _reason("By the timekeeper"),
                ),
            )
        for proposal in case.proposals:
            yield from self._about_report(proposal.observation, proposal.ruling)
        if case.stage is not None and case.control:
            yield Action(
                do="ask",
                key="q",
                label="Ask the station",
                button="Ask",
                id=self.new_id(),
                inputs=(
                    Input(
                        name="text",
                        label=f"Question to {case.control}",
                        value=_question(case),
                    ),
                ),
                is_previewed=False,
            )

    def _choosable(self, shown: Evidence) -> tuple[Option, ...]:
        """The reads that can be decided on: those in question first, then others there."""
        found: dict[str, Read] = {}
        for at in (a for a in shown.along if a.is_asked):
            found.update((read.passing.id, read) for read in at.reads)
        found.update((read.passing.id, read) for read in shown.elsewhere)
        asked = [r for r in found if r in shown.case.records]
        others = [r for r in found if r not in shown.case.records]
        # The last of those in question is the one to look at, as at the desk.
        return tuple(
            Option(
                value=record,
                label=f"{found[record].passing.control} {self._time(found[record].passing)},"
                f" {self._by(found[record].passing)}",
                is_chosen=nth == 0,
            )
            for nth, record in enumerate((*reversed(asked), *others))
        )

    def _about_reads(self, shown: Evidence, reads: tuple[Option, ...]) -> Iterator[Action]:
        which = Input(name="record", label="Which read", options=reads)
        hints = tuple((c.entry.bib, name_of(c.entry)) for c in shown.candidates)
        likely = next((c.entry.bib for c in shown.candidates if c.is_suggested), "")
        yield Action(
            do="assign",
            key="a",
            label="Was another bib",
            button="Assign it",
            id=self.new_id(),
            inputs=(
                which,
                Input(name="bib", label="It was bib", value=likely, hints=hints),
                _reason("Misread"),
            ),
        )
        if shown.entry is not None:
            yield Action(
                do="confirm",
                key="c",
                label="Is right",
                button="Confirm it",
                id=self.new_id(),
                inputs=(which, _reason("Checked")),
            )
        yield Action(
            do="void",
            key="v",
            label="Is wrong",
            button="Void it",
            id=self.new_id(),
            inputs=(which, _reason("Recorded by mistake")),
        )

    def _about_report(self, seen: Observation, suggested: object) -> Iterator[Action]:
        settles = ("settles", seen.id)
        fields: tuple[tuple[str, str], ...]
        match suggested:
            case Penalty() as ruling:
                fields = (settles, ("code", ruling.code), ("count", str(ruling.count)))
                what = ruling_words(self.book, ruling)
                yield self._ruled("penalty", what, fields, ruling.bibs, seen.reason or "Reported")
            case Status() as ruling:
                fields = (settles, ("status", ruling.status.value))
                what = ruling_words(self.book, ruling)
                yield self._ruled("status", what, fields, ruling.bibs, seen.reason or "Reported")
            case Credit() as ruling:
                yield Action(
                    do="credit",
                    key="r",
                    label="Give the time back",
                    button="Give the credit",
                    id=self.new_id(),
                    fields=(settles, ("bib", " ".join(ruling.bibs))),
                    inputs=(
                        Input(name="amount", label="Time, as 12:30"),
                        _reason(seen.reason or "Helped another runner"),
                    ),
                )
            case _:
                pass
        yield Action(
            do="noted",
            key="n",
            label="Nothing to rule",
            button="Close the report",
            id=self.new_id(),
            fields=(settles,),
            inputs=(_reason("Noted"),),
            is_previewed=False,
        )

    def _ruled(
        self,
        do: str,
        what: str,
        fields: tuple[tuple[str, str], ...],
        bibs: tuple[str, ...],
        reason: str,
    ) -> Action:
        return Action(
            do=do,
            key="r",
            label=what,
            button=what,
            id=self.new_id(),
            fields=(*fields, ("bib", " ".join(bibs))),
            inputs=(_reason(reason),),
        )


def _as_tried(action: Action, tried: Tried | None) -> Action:
    """The action with what its form held when its outcome was asked for."""
    if tried is None or action.do != tried.do:
        return action
    if not set(action.fields) <= set(tried.values.items()):
        return action  # another report of the same kind
    inputs = tuple(
        replace(
            i,
            value=tried.values.get(i.name, i.value),
            options=tuple(
                replace(o, is_chosen=o.value == tried.values.get(i.name)) for o in i.options
            ),
        )
        for i in action.inputs
    )
    return replace(action, inputs=inputs, would=tried.would)


def _reason(value: str) -> Input:
    return Input(name="reason", label="Why", value=value)


def _question(case: Case) -> str:
    if case.problems and case.problems[0].code is ProblemCode.MISSED_CONTROL:
        return f"Did {case.bib} pass? When?"
    if case.problems and case.problems[0].code in (
        ProblemCode.NO_BIB,
        ProblemCode.UNREAD_BIB,
        ProblemCode.UNKNOWN_BIB,
        ProblemCode.LIKELY_MISREAD,
    ):
        return f"Who was {case.bib}?" if case.bib else "Whose time was it?"
    return f"Was {case.bib} there then?" if case.bib else ""


def clock_facts(passing: Passing) -> str:
    """``clock 1:30 slow, measured 5 min before, ±0.4 s``; empty where nothing is known."""
    said = [passing_clock_words(passing)]
    if passing.received is not None and isinstance(passing.time, int):
        late = passing.received - passing.time
        if late >= _LATE:
            said.append(f"came {figures.short(late)} later")
    return ", ".join(part for part in said if part)


_LATE: Duration = 120 * SECOND
