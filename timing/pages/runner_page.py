"""A runner's page: headline figures, the race so far, the way along a stage, rivals, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Stage
from timing.core.entries import Entry
from timing.core.explain import StageExplanation, explain
from timing.core.reasons import Because, Reason
from timing.core.statuses import StageStatus
from timing.pages import addresses, words
from timing.pages.bump import BumpChart, bump_chart
from timing.pages.comparison import MOST_RIVALS, Comparison, comparison, rivals_of
from timing.pages.explanations import Passage, passages
from timing.pages.fragments import NO_TABLES
from timing.pages.fragments import Line as TableLine
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, translate
from timing.pages.marks import Bib, StatusMark, name_of
from timing.pages.over import is_over
from timing.pages.result_mark import ResultMark, shown_mark
from timing.pages.runner_facts import Fact, facts
from timing.pages.runner_given import GivenItem, given
from timing.pages.runner_head import about_of, head_bib, status_of
from timing.pages.runner_outlook import RunnerOutlook, ahead_of, outlook
from timing.pages.runner_stages import StageItem, stage_items
from timing.pages.runner_start import NextStart, next_start
from timing.pages.runner_story import story
from timing.pages.runner_view import RunnerView
from timing.pages.runner_way import Step, steps
from timing.pages.saying import said
from timing.pages.selection import number_of
from timing.pages.stages import stage_facts, stage_title


class UnknownRunner(LookupError):
    """Nobody wears that bib, nor ever did in this race."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerPage:
    """The page of a runner. ``steps`` are of the stage shown.

    ``entry`` is the identity that a device follows; ``certificate`` the address of the PDF where
    there is one, ``calendar`` that of the starts to come. Before the race there is no
    ``comparison``.
    """

    template: ClassVar[str] = "runner.html"
    rows_template: ClassVar[str] = ""
    pieces: ClassVar[tuple[str, ...]] = (
        "runner_head",
        "result_mark",
        "facts",
        "runner_race",
        "comparison",
        "steps",
        "runner_stages",
        "runner_given",
        "runner_ahead",
        "runner_reasons",
    )
    tables: ClassVar[Mapping[str, Sequence[TableLine]]] = NO_TABLES

    frame: Frame
    slug: str
    entry: str
    name: str
    bib: Bib
    about: str
    team: str
    team_url: str
    status: StatusMark | None
    mark: ResultMark | None
    facts: tuple[Fact, ...]
    story: str
    chart: BumpChart | None
    comparison: Comparison | None
    stage_title: str
    stage_facts: str
    steps: tuple[Step, ...]
    groups: tuple[tuple[str, str], ...]
    is_live: bool
    outlook: RunnerOutlook | None
    next_start: NextStart | None
    stages: tuple[StageItem, ...]
    overall: str
    given: tuple[GivenItem, ...]
    reasons: tuple[Passage, ...]
    certificate: str
    calendar: str
    events: str
    description: str
    summary: str = ""


def runner_page(
    book: RaceBook, bib: str, args: Mapping[str, str], *, revision: int = 0
) -> RunnerPage:
    """The page of whoever wears ``bib``, or once did; UnknownRunner, UnknownStage, BadQuery."""
    entry = entry_of(book, bib)
    view = RunnerView(book, entry, number_of(args, "stage"))
    rivals, unknown = rivals_of(book, entry, args)
    slug, name, stage = book.race.slug, name_of(entry), view.stage
    ahead = ahead_of(view)
    team = book.team(entry.team) if entry.team else None
    about, status, told = about_of(view), status_of(view), story(view)
    chosen = frozenset(rival.id for rival in rivals[:MOST_RIVALS])
    return RunnerPage(
        frame=race_frame(
            book,
            said(mark("{name}, bib {bib}"), name=name, bib=entry.bib),
            here="Runners",
            revision=revision,
            styles=("runner",),
            scripts=("live", "runner"),
        ),
        slug=slug,
        entry=entry.id,
        name=name,
        bib=head_bib(view),
        about=about,
        team=name_of(team) if team is not None else "",
        team_url=addresses.team(slug, team.code) if team is not None else "",
        status=status,
        mark=shown_mark(book),
        facts=facts(view),
        story=told,
        chart=bump_chart(book, view.main.code, entry.id, view.standing, chosen)
        if view.main is not None
        else None,
        comparison=comparison(view, rivals, unknown)
        if view.after or view.now is not None
        else None,
        stage_title=stage_title(stage) if stage is not None else "",
        stage_facts=_stage_words(view, stage) if stage is not None else "",
        steps=steps(view, {expected.point: expected for expected in ahead}),
        groups=tuple((group.short, group.name) for group in view.groups),
        is_live=view.is_live,
        outlook=outlook(view, ahead),
        next_start=next_start(view),
        stages=stage_items(view),
        overall=(view.main.name or view.main.code) if view.main is not None else "",
        given=given(view),
        reasons=_reasons(view),
        certificate=addresses.certificate(slug, entry.bib) if has_certificate(view) else "",
        calendar=addresses.runner_calendar(slug, entry.bib) if not is_over(book) else "",
        events=addresses.events(
            slug,
            bib=entry.bib,
            stage=view.asked,
            rivals=",".join(rival.bib for rival in rivals[:MOST_RIVALS]),
        ),
        description=" ".join(part for part in (f"{about}." if about else "", told) if part),
    )


def entry_of(book: RaceBook, bib: str) -> Entry:
    """Whoever wears ``bib`` now, or wore it on the latest stage where anybody did."""
    for stage in (None, *reversed(book.stages)):
        found = book.entry_wearing(bib, stage)
        if found is not None:
            return book.entry(found.id)
    raise UnknownRunner(bib)


def has_certificate(view: RunnerView) -> bool:
    """Whether a runner has finished a race that is over."""
    line = view.main_line
    return is_over(view.book) and line is not None and line.rank is not None


def _stage_words(view: RunnerView, stage: Stage) -> str:
    if stage.number not in view.lines:
        return words.STAGE_STATUS[StageStatus.NOT_IN_DIVISION]
    return " · ".join(part for part in (words.long_day(stage.date), stage_facts(stage)) if part)


def _reasons(view: RunnerView) -> tuple[Passage, ...]:
    """What is behind the figures, without what is nobody's business (Rules 12.2)."""
    # While a stage runs, the classifications are those of the last one closed (Rules 9.4).
    explanation = explain(view.book, view.entry.id, after=view.after)
    public = replace(
        explanation,
        totals=explanation.totals if view.after else (),
        stages=_begun(view.book, explanation.stages),
        team_stages=_begun(view.book, explanation.team_stages),
    )
    told = passages(public, view.book.race)
    # What people ask first is why they are where they are in the race.
    stages = len(public.stages) + len(public.team_stages)
    return told[stages:] + told[:stages]


def _begun(book: RaceBook, stages: Iterable[StageExplanation]) -> tuple[StageExplanation, ...]:
    return tuple(
        public_stage(stage)
        for stage in stages
        if book.has_begun(stage.stage) and stage.line is not None
    )


def public_stage(stage: StageExplanation) -> StageExplanation:
    """A stage's explanation as everybody may read it."""
    return replace(stage, reasons=tuple(_public(reason) for reason in stage.reasons))


def _public(reason: Reason) -> Reason:
    """A status is public; why it was given may be medical, and so may who gave it be."""
    if reason.because is not Because.DECIDED:
        return reason
    untold = {"reason": "", "by": translate("the organisers")}
    params = tuple((name, untold.get(name, value)) for name, value in reason.params)
    return replace(reason, params=params)
