"""Which fields each step of set-up has, with a sentence on what each means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from timing.pages.setup_fields import Form, Path, Plain, Spec, value_at

Options = tuple[tuple[str, str], ...]


class Step(StrEnum):
    """The steps, in order."""

    RACE = "race"
    STAGES = "stages"
    GROUPS = "groups"
    RULES = "rules"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that belong together, under a heading. ``item`` is the path of a list's item.

    ``is_new`` marks the row at the end of a list that is still to be filled in.
    """

    specs: tuple[Spec, ...]
    item: Path = ()
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a step: a heading, what it is about, and its groups; a list has a group an item."""

    key: str
    title: str
    about: str
    groups: tuple[Group, ...]
    one: str = ""


YES_NO: Options = (("", "as usual"), ("true", "yes"), ("false", "no"))
TIME = "08:00"
LASTS = "1:30:00"

MODES: Options = (
    ("mass", "All together, at one time"),
    ("waves", "In waves, each at its time"),
    ("window", "Each when they like, within a window"),
    ("interval", "One after the other"),
    ("chase", "By the gaps of the general classification"),
)

LIMITS: Options = (
    ("", "none"),
    ("at", "time of day"),
    ("elapsed", "time on their own clock"),
    ("elapsed_gun", "time from the gun"),
    ("min_speed_kmh", "least speed, km/h"),
    ("percent_of_winner", "per cent of the winner's time"),
)


def _rows(
    document: Plain, path: Path, specs: Sequence[Spec], *, blank: bool = True
) -> tuple[Group, ...]:
    """A group an item of a list, each field at the item's own path, and one to be filled in."""
    found = value_at(document, path)
    length = len(found) if isinstance(found, list) else 0
    return tuple(
        Group(
            specs=tuple(_below((*path, n), spec) for spec in specs),
            item=(*path, n),
            is_new=n == length,
        )
        for n in range(length + blank)
    )


def _below(path: Path, spec: Spec) -> Spec:
    return Spec(
        path=(*path, *spec.path),
        label=spec.label,
        form=spec.form,
        options=spec.options,
        carriers=spec.carriers,
        kind=spec.kind,
        hint=spec.hint,
        placeholder=spec.placeholder,
    )


def _two(
    path: Path, label: str, options: Options, carriers: Iterable[str], *, value: str, hint: str = ""
) -> tuple[Spec, Spec]:
    """A word, and beside it the value that some words carry."""
    with_value = tuple(carriers)
    return (
        Spec(
            path=path, label=label, form=Form.WORD, options=options, carriers=with_value, hint=hint
        ),
        Spec(path=path, label=value, form=Form.VALUE, carriers=with_value),
    )


# The race ------------------------------------------------------------------------------

RACE = Part(
    key="race",
    title="The race",
    about="What it is called, when it is, and what clocks it goes by.",
    groups=(
        Group(
            specs=(
                Spec(path=("race", "name"), label="Name", hint="As it stands on every page."),
                Spec(
                    path=("race", "starts_on"),
                    label="First day",
                    kind="date",
                    hint="The day at which ages count. Left out, the day of the first stage.",
                ),
                Spec(
                    path=("race", "timezone"),
                    label="Time zone",
                    placeholder="Europe/Zurich",
                    hint="All clocks show this zone, whatever zones the race crosses.",
                ),
                Spec(
                    path=("race", "withdrawals"),
                    label="When the public learns that somebody retired",
                    options=(
                        ("", "as usual: once the course is clear"),
                        ("course_clear", "once the course is clear"),
                        ("by_director", "when the director releases it"),
                        ("at_once", "at once"),
                    ),
                    hint="So that a family does not learn it from a page before anybody called.",
                ),
                Spec(
                    path=("race", "event"),
                    label="Event",
                    hint="A code that races share which have the same course and stations; bibs"
                    " are unique in it. Mostly none.",
                ),
            )
        ),
    ),
)

# A stage -------------------------------------------------------------------------------


def stage_parts(document: Plain, n: int) -> tuple[Part, ...]:
    """The parts of the stage at a place of the list, counted from 0."""
    at: Path = ("stages", n)
    parts = [
        Part(
            key="day",
            title="The day",
            about="Its length is that of its last control unless another is given.",
            groups=(Group(specs=tuple(_below(at, spec) for spec in _DAY)),),
        )
    ]
    if value_at(document, (*at, "kind")) == "rest":
        return tuple(parts)
    mode = value_at(document, (*at, "start", "mode")) or ""
    first = Spec(
        path=("start", "mode"),
        label="How it starts",
        form=Form.MODE,
        options=(("", "no start given: all times are declared"), *MODES),
    )
    starts = tuple(_below(at, spec) for spec in (first, *_START.get(str(mode), ())))
    groups: tuple[Group, ...] = (Group(specs=starts),)
    parts.append(
        Part(
            key="start",
            title="The start",
            about="Choose how, keep it, and the fields are those of that way to start.",
            groups=groups,
        )
    )
    if mode == "waves":
        parts.append(
            Part(
                key="waves",
                title="Waves",
                about="The first wave that takes a runner has them; who is in each stands in the"
                " text, else everybody. To leave a wave out, press its button.",
                groups=_rows(document, (*at, "start", "waves"), _WAVE),
                one="wave",
            )
        )
    parts.append(
        Part(
            key="controls",
            title="Controls",
            about="In the order of the course: the first is the start, the last the finish. A new"
            " one goes to its kilometre. In time means at or before the cut-off.",
            groups=_rows(document, (*at, "controls"), _CONTROL),
            one="control",
        )
    )
    return tuple(parts)


_DAY = (
    Spec(path=("number",), label="Number"),
    Spec(path=("name",), label="Name", placeholder="Valley to valley"),
    Spec(path=("date",), label="Date", kind="date"),
    Spec(
        path=("kind",),
        label="Kind",
        options=(
            ("", "as usual: timed"),
            ("timed", "timed"),
            ("untimed", "untimed: everyone must do it, no time counts"),
            ("rest", "a rest day"),
        ),
    ),
    Spec(path=("distance_km",), label="Length, km", placeholder="by its last control"),
    Spec(path=("ascent_m",), label="Climb, m"),
    Spec(path=("laps",), label="Laps", hint="The controls describe one; left out, one."),
)

_CLOCK = Spec(
    path=("start", "basis"),
    label="What starts a runner's clock",
    options=(
        ("", "as usual for this way to start"),
        ("gun", "the gun"),
        ("own", "their own read at the start"),
        ("allocated", "the time they were given"),
    ),
)
_START = {
    "mass": (Spec(path=("start", "at"), label="Time", placeholder=TIME), _CLOCK),
    "waves": (_CLOCK,),
    "window": (
        Spec(path=("start", "open"), label="Opens", placeholder="07:00"),
        Spec(
            path=("start", "close"),
            label="Closes",
            placeholder="09:00",
            hint="The clock of whoever starts later runs from here.",
        ),
        _CLOCK,
    ),
    "interval": (
        Spec(path=("start", "first"), label="First start", placeholder="06:00"),
        Spec(path=("start", "every"), label="Between two starts", placeholder="0:01:00"),
        Spec(
            path=("start", "order"),
            label="In the order of",
            options=(
                ("", "as usual: the general classification"),
                ("gc", "the general classification, the leader first"),
                ("gc_reversed", "the general classification, the leader last"),
                ("bibs", "bibs"),
            ),
        ),
        _CLOCK,
    ),
    "chase": (
        Spec(path=("start", "first"), label="First start", placeholder=TIME),
        Spec(
            path=("start", "cap"),
            label="Largest gap that counts",
            placeholder="0:30:00",
            hint="Who is further behind starts together with the others beyond it.",
        ),
        _CLOCK,
    ),
}
_WAVE = (
    Spec(path=("code",), label="Code"),
    Spec(path=("at",), label="Time", placeholder=TIME),
)
_CONTROL = (
    Spec(path=("code",), label="Code", placeholder="CP1"),
    Spec(path=("name",), label="Name"),
    Spec(path=("km",), label="km"),
    Spec(path=("ascent_m",), label="Climb so far, m"),
    *_two(
        ("cutoff",),
        "Cut-off",
        LIMITS,
        [word for word, _ in LIMITS if word],
        value="Limit",
    ),
    Spec(
        path=("in_out",),
        label="In and out noted",
        options=(("", "no"), ("true", "yes"), ("false", "no, said outright")),
    ),
)

# Divisions, teams, classifications -----------------------------------------------------

_DIVISION = (
    Spec(path=("code",), label="Code", placeholder="short"),
    Spec(path=("name",), label="Name"),
    Spec(path=("stages",), label="Stages", form=Form.LIST, placeholder="all"),
    Spec(path=("moves_to",), label="One moves to", placeholder="none"),
)
_CATEGORY = (
    Spec(path=("code",), label="Code", placeholder="W40"),
    Spec(path=("name",), label="Name"),
    Spec(
        path=("gender",),
        label="Gender",
        options=(("", "any"), ("F", "F"), ("M", "M"), ("X", "X")),
    ),
    Spec(path=("age",), label="Age", form=Form.SPAN, placeholder="40-49 or 60-"),
    Spec(path=("nationality",), label="Nationality", form=Form.LONE, placeholder="any"),
)
_TEAM_KIND = (
    Spec(path=("code",), label="Code", placeholder="pair"),
    Spec(path=("name",), label="Name"),
    Spec(path=("size",), label="Members", form=Form.SPAN, placeholder="2 or 3-5"),
    *_two(
        ("time",),
        "Its time is",
        (
            ("", "as usual: the last member's"),
            ("last", "the last member's"),
            ("nth", "one member's, counted from the fastest"),
            ("sum", "the sum of all"),
            ("best", "the sum of the fastest"),
            ("together", "that of all, who stay together"),
            ("relay", "that of the one who runs that day"),
        ),
        ("nth", "best"),
        value="How many",
    ),
    Spec(
        path=("broken",),
        label="When a member is out, the others are",
        options=(
            ("", "as usual: ranked alone"),
            ("solo_ranked", "ranked alone"),
            ("solo_unranked", "alone, without a rank"),
            ("finishers", "finishers only"),
        ),
    ),
    Spec(
        path=("gender",),
        label="Gender",
        options=(("", "any"), ("men", "men"), ("women", "women"), ("mixed", "mixed")),
    ),
)
_CLASSIFICATION = (
    Spec(path=("code",), label="Code", placeholder="gc"),
    Spec(path=("name",), label="Name"),
    Spec(
        path=("of",),
        label="Of",
        options=(("", "runners"), ("solo", "runners, said outright"), ("team", "teams")),
    ),
    Spec(path=("division",), label="Division", placeholder="all"),
    Spec(path=("category",), label="Category", placeholder="all"),
    Spec(path=("kind",), label="Kind of team", placeholder="all"),
    Spec(
        path=("measure",),
        label="What counts",
        options=(
            ("", "time"),
            ("time", "time, said outright"),
            ("points", "points; their table stands in the text"),
            ("places", "places added up"),
            ("stages", "how many stages were finished"),
            ("best", "the best stages only"),
            ("segments", "parts of stages; they stand in the text"),
        ),
    ),
    Spec(path=("best_of",), label="So many best", placeholder="of best alone"),
)


def group_parts(document: Plain) -> tuple[Part, ...]:
    """Divisions, categories, kinds of team, classifications."""
    return (
        Part(
            key="divisions",
            title="Divisions",
            about="Who runs which stages, over which course. None: one for everyone.",
            groups=_rows(document, ("divisions",), _DIVISION),
            one="division",
        ),
        Part(
            key="categories",
            title="Categories",
            about="Filters over runners, such as women or an age. They may overlap.",
            groups=_rows(document, ("categories",), _CATEGORY),
            one="category",
        ),
        Part(
            key="team_kinds",
            title="Kinds of team",
            about="Pairs, threes, relays. None: there are no teams.",
            groups=_rows(document, ("team_kinds",), _TEAM_KIND),
            one="kind of team",
        ),
        Part(
            key="classifications",
            title="Classifications",
            about="What is ranked. None: a general classification a division, and one a kind of"
            " team.",
            groups=_rows(document, ("classifications",), _CLASSIFICATION),
            one="classification",
        ),
    )


# Rules ---------------------------------------------------------------------------------

_R = ("race", "rules")
_OUTCOMES: Options = (
    ("", "as usual: they are out of the race"),
    ("out", "they are out of the race"),
    ("dnf", "they did not finish the stage"),
    ("unranked", "they have no rank from then on"),
    ("move", "they move into a division (give its code)"),
    ("penalty", "they get a penalty (give the time)"),
    ("strikes", "they are out at so many (give how many)"),
)

_TIMES = (
    Spec(
        path=(*_R, "precision"),
        label="Times are printed to",
        options=(
            ("", "as usual: 1 s"),
            ("1s", "1 s"),
            ("100ms", "0.1 s"),
            ("10ms", "0.01 s"),
            ("1ms", "0.001 s"),
        ),
    ),
    Spec(
        path=(*_R, "rounding"),
        label="Rounded",
        options=(
            ("", "as usual: up"),
            ("up", "up"),
            ("down", "down"),
            ("nearest", "to the nearest"),
        ),
        hint="Up: whoever needed a little more than 4:10:00 has 4:10:01.",
    ),
    Spec(
        path=(*_R, "round"),
        label="What is rounded",
        options=(
            ("", "as usual: each stage"),
            ("stage", "each stage, so that columns add up"),
            ("total", "the total, once"),
        ),
    ),
    Spec(
        path=(*_R, "start_tolerance"),
        label="A read at the start counts for",
        placeholder="0:10:00",
        hint="So long after the gun; a later one is no start.",
    ),
    Spec(
        path=(*_R, "equal_rank"),
        label="A tie that stays",
        options=(
            ("", "as usual: 1 1 3"),
            ("shared", "1 1 3"),
            ("consecutive", "1 2 3"),
        ),
    ),
    Spec(
        path=(*_R, "age_on"),
        label="Ages count on",
        options=(
            ("", "as usual: the first day"),
            ("race_start", "the first day"),
            ("stage_day", "the day of the stage"),
            ("year_end", "the last day of the year"),
        ),
    ),
)
_MISSING = (
    Spec(
        path=(*_R, "unfinished", "assign"),
        label="Who does not finish a stage",
        options=(
            ("", "is out of the race"),
            ("last", "gets the time of the last finisher, and stays in"),
            ("winner", "gets the time of the winner, and stays in"),
            ("limit", "gets the cut-off at the finish, and stays in"),
        ),
        hint="One who stays in has no place on that stage. Not who withdrew or was disqualified.",
    ),
    Spec(
        path=(*_R, "unfinished", "plus"),
        label="And so much more",
        placeholder="1:00:00",
        hint="Only for those who stay in.",
    ),
    Spec(
        path=(*_R, "incomplete"),
        label="Who lacks a stage stands",
        options=(
            ("", "as usual: below the ranked"),
            ("below", "below the ranked"),
            ("hidden", "nowhere"),
            ("separate", "on a board of their own"),
        ),
    ),
    Spec(
        path=(*_R, "after_out"),
        label="Who runs on although out",
        options=(
            ("", "as usual: has no rank"),
            ("unranked", "has no rank"),
            ("ranked_on_stages", "is ranked on stages only"),
            ("refuse", "is not timed"),
        ),
    ),
    *_two(
        (*_R, "missed_control"),
        "A control that was missed costs",
        (
            ("", "as usual: nothing by itself"),
            ("query", "nothing by itself"),
            ("dnf", "the stage"),
            ("penalty", "a penalty (give the time)"),
        ),
        ("penalty",),
        value="Penalty",
        hint="Only once the director has confirmed that it was missed.",
    ),
    *_two(
        (*_R, "cutoff", "outcome"),
        "Who misses a cut-off",
        _OUTCOMES,
        ("move", "penalty", "strikes"),
        value="Division, time or number",
    ),
    Spec(
        path=(*_R, "cutoff", "inclusive"),
        label="Exactly at the cut-off is in time",
        options=(("", "as usual: yes"), ("true", "yes"), ("false", "no")),
    ),
    Spec(
        path=(*_R, "cutoff", "apply"),
        label="A cut-off is applied",
        options=(
            ("", "as usual: by itself"),
            ("automatic", "by itself"),
            ("confirm", "once the director has confirmed it, every time"),
        ),
    ),
    Spec(path=(*_R, "limit"), label="Limit for the whole race", placeholder="none"),
)
_PROTESTS = (
    Spec(
        path=(*_R, "protest_window"),
        label="Protests are taken for",
        placeholder="0:30:00",
        hint="After a result is published; it can become official only then.",
    ),
)
_PENALTY = (
    Spec(path=("code",), label="Code", placeholder="KIT"),
    Spec(path=("name",), label="For", placeholder="Mandatory kit missing"),
    Spec(path=("article",), label="Article", placeholder="14.2"),
    Spec(path=("time",), label="Time", form=Form.LONE, placeholder="0:30:00 1:00:00"),
    Spec(
        path=("then",),
        label="After the last",
        options=(
            ("", "it repeats"),
            ("stay", "it repeats, said outright"),
            ("dsq", "disqualified"),
        ),
    ),
    Spec(
        path=("scope",),
        label="Counts in",
        options=(("", "stage and total"), ("stage", "both, said outright"), ("gc", "total only")),
    ),
    Spec(path=("per_item",), label="Each item counts", options=YES_NO),
)


def rule_parts(document: Plain) -> tuple[Part, ...]:
    """The rules, and the penalty table."""
    return (
        Part(
            key="times",
            title="Times and ranks",
            about="What is left as usual follows what most stage races do.",
            groups=(Group(specs=_TIMES),),
        ),
        Part(
            key="missing",
            title="Cut-offs, and who lacks a stage",
            about="What becomes of those who are late, out, or missing somewhere.",
            groups=(Group(specs=_MISSING),),
        ),
        Part(
            key="protests",
            title="Protests",
            about="The time between a provisional result and an official one.",
            groups=(Group(specs=_PROTESTS),),
        ),
        Part(
            key="penalties",
            title="Penalty table",
            about="Several times, parted by blanks, are those of the first, second … penalty of"
            " that code for the same runner.",
            groups=_rows(document, (*_R, "penalties"), _PENALTY),
            one="penalty",
        ),
    )


def parts_of(step: Step, document: Plain, stage: int | None = None) -> tuple[Part, ...]:
    """The parts of a step; of STAGES those of one stage, by its place in the list."""
    match step:
        case Step.RACE:
            return (RACE,)
        case Step.STAGES:
            return () if stage is None else stage_parts(document, stage)
        case Step.GROUPS:
            return group_parts(document)
        case Step.RULES:
            return rule_parts(document)
        case Step.LOOK:
            return ()


def specs_of(parts: Iterable[Part]) -> Iterator[Spec]:
    """Every field of some parts."""
    for part in parts:
        for group in part.groups:
            yield from group.specs


UNDER: dict[Step, tuple[Path, ...]] = {
    Step.RACE: (("race",),),
    Step.STAGES: (("stages",),),
    Step.GROUPS: (
        ("divisions",),
        ("categories",),
        ("team_kinds",),
        ("classifications",),
        ("jerseys",),
    ),
    Step.RULES: (("race", "rules"),),
    Step.LOOK: (),
}
"""The paths that each step is about; the rules are no part of the first."""


def step_of(path: str) -> Step:
    """The step on which what is wrong at a path is mended."""
    if path.startswith("race.rules"):
        return Step.RULES
    if path.startswith("stages"):
        return Step.STAGES
    if path.startswith(("divisions", "categories", "team_kinds", "classifications", "jerseys")):
        return Step.GROUPS
    return Step.RACE
