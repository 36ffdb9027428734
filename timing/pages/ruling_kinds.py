"""The kinds of rulings that the desk makes, each with the fields of its form.

A kind is a ruling of the racefile as a director would say it: "Lift a disqualification" is a
status with one of its values given. What the racefile can say and no kind has a form for is
written as in the racefile (WRITTEN).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Input(StrEnum):
    """What a field of a form takes."""

    BIBS = "bibs"
    BIB = "bib"
    STAGE = "stage"
    ANY_STAGE = "any-stage"
    CONTROL = "control"
    WAVE = "wave"
    DIVISION = "division"
    TEAM = "team"
    BOARD = "board"
    ARTICLE = "article"
    LASTING = "lasting"
    CLOCK = "clock"
    NUMBER = "number"
    CHOICE = "choice"
    TICK = "tick"
    TEXT = "text"
    LINES = "lines"
    MAPPING = "mapping"
    RELEASES = "releases"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingField:
    """A field: the racefile's key, what it is called, what it takes, and an example or a hint.

    ``choices`` are pairs of value and label, of a CHOICE. What is seldom needed ``is_rare``.
    """

    key: str
    label: str
    input: Input
    hint: str = ""
    is_needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    is_rare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingKind:
    """A kind: its key, the racefile's name, how the desk says it, and what it does in a sentence.

    ``given`` are keys that the kind itself sets. ``is_public`` says whether the reason is shown to
    the public. ``act`` is what its button says.
    """

    key: str
    ruling: str
    title: str
    meaning: str
    fields: tuple[RulingField, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    is_public: bool = False
    act: str = "Record it"


BIBS = RulingField(
    key="bibs",
    label="Bibs",
    input=Input.BIBS,
    hint="12, or several: 12, 15a, 20-29",
    is_needed=True,
)
_SOME_BIBS = RulingField(
    key="bibs", label="Bibs", input=Input.BIBS, hint="12, or several: 12, 15a, 20-29"
)
_STAGE = RulingField(key="stage", label="Stage", input=Input.STAGE, is_needed=True)
_FROM_STAGE = RulingField(key="stage", label="From stage", input=Input.STAGE, is_needed=True)
_ANY_STAGE = RulingField(key="stage", label="Stage", input=Input.ANY_STAGE)
_CONTROL = RulingField(key="control", label="Checkpoint", input=Input.CONTROL)
_THE_CONTROL = RulingField(key="control", label="Checkpoint", input=Input.CONTROL, is_needed=True)
_WAVE = RulingField(key="wave", label="Or a whole wave", input=Input.WAVE, is_rare=True)
_DIVISION = RulingField(
    key="division", label="Or a whole division", input=Input.DIVISION, is_rare=True
)
_TEAM = RulingField(key="team", label="Or a team", input=Input.TEAM, is_rare=True)
_SCOPE = RulingField(
    key="scope",
    label="Counts for",
    input=Input.CHOICE,
    is_rare=True,
    choices=(
        ("", "as the article says, else stage and overall"),
        ("stage", "the stage and overall"),
        ("gc", "overall only"),
    ),
)
_CREDIT_SCOPE = RulingField(
    key="scope",
    label="Counts for",
    input=Input.CHOICE,
    is_rare=True,
    choices=(("stage", "the stage and overall"), ("gc", "overall only")),
)
_ADJUSTED = (_SOME_BIBS, _STAGE)
_OR_WHOM = (_TEAM, _WAVE, _DIVISION)

WRITTEN = RulingKind(
    key="written",
    ruling="",
    title="Anything else, as in a racefile",
    meaning="Write the ruling as it stands in a racefile; author and moment are added.",
    fields=(
        RulingField(
            key="text",
            label="The ruling",
            input=Input.LINES,
            hint="{ruling: points, stage: 1, bib: 12, board: points, points: 3}",
            is_needed=True,
        ),
    ),
)

GROUPS: tuple[tuple[str, tuple[RulingKind, ...]], ...] = (
    (
        "Time",
        (
            RulingKind(
                key="penalty",
                ruling="penalty",
                title="Give a penalty",
                act="Give the penalty",
                meaning="Adds time. An article of the race’s own table brings its time along.",
                is_public=True,
                fields=(
                    *_ADJUSTED,
                    RulingField(key="code", label="Article", input=Input.ARTICLE),
                    RulingField(
                        key="time",
                        label="Time",
                        input=Input.LASTING,
                        hint="15:00; empty for that of the article",
                    ),
                    *_OR_WHOM,
                    RulingField(
                        key="count", label="Times", input=Input.NUMBER, hint="1", is_rare=True
                    ),
                    _SCOPE,
                    RulingField(
                        key="served",
                        label="Served at",
                        input=Input.CONTROL,
                        hint="stopped there: already in the clock",
                        is_rare=True,
                    ),
                ),
            ),
            RulingKind(
                key="credit",
                ruling="credit",
                title="Give time back",
                act="Give the time back",
                meaning="Subtracts time: for help given, a medical hold, the organiser’s fault.",
                is_public=True,
                fields=(
                    *_ADJUSTED,
                    RulingField(key="time", label="Time", input=Input.LASTING, hint="10:00"),
                    RulingField(
                        key="stopped_from",
                        label="Or stopped from",
                        input=Input.STOPPED,
                        hint="10:41:20",
                    ),
                    RulingField(
                        key="stopped_until", label="until", input=Input.STOPPED, hint="10:52:05"
                    ),
                    *_OR_WHOM,
                    RulingField(key="code", label="Article", input=Input.TEXT, is_rare=True),
                    _CREDIT_SCOPE,
                    RulingField(
                        key="extends_cutoffs",
                        label="Their cut-offs move by it too",
                        input=Input.TICK,
                    ),
                ),
            ),
            RulingKind(
                key="bonus",
                ruling="bonus",
                title="Give a time bonus",
                act="Give the bonus",
                meaning="Subtracts from the overall time alone, never from the stage.",
                is_public=True,
                fields=(
                    _STAGE,
                    BIBS,
                    RulingField(
                        key="time", label="Time", input=Input.LASTING, hint="0:10", is_needed=True
                    ),
                    RulingField(key="control", label="Earned at", input=Input.CONTROL),
                ),
            ),
            RulingKind(
                key="points",
                ruling="points",
                title="Give points",
                act="Give the points",
                meaning="On a board of points, beside those of its table.",
                is_public=True,
                fields=(
                    _STAGE,
                    BIBS,
                    RulingField(key="board", label="Board", input=Input.BOARD, is_needed=True),
                    RulingField(key="points", label="Points", input=Input.NUMBER, is_needed=True),
                    RulingField(key="place", label="Won as place", input=Input.NUMBER),
                ),
            ),
            RulingKind(
                key="stage-time",
                ruling="stage_time",
                title="Declare a stage time or place",
                act="Declare it",
                meaning="For a result that was timed elsewhere, or decided.",
                is_public=True,
                fields=(
                    _STAGE,
                    BIBS,
                    RulingField(key="time", label="Time", input=Input.LASTING, hint="4:10:22"),
                    RulingField(key="place", label="Place", input=Input.NUMBER, hint="1"),
                ),
            ),
            RulingKind(
                key="finish-order",
                ruling="finish_order",
                title="Say who was first of equal times",
                act="Set the order",
                meaning="The line judge’s order, best first; or one joint place, hand in hand.",
                is_public=True,
                fields=(
                    _STAGE,
                    RulingField(
                        key="bibs",
                        label="Bibs in their order",
                        input=Input.BIBS,
                        hint="7, 12",
                        is_needed=True,
                    ),
                    RulingField(key="joint", label="A joint place", input=Input.TICK),
                ),
            ),
        ),
    ),
    (
        "Runners",
        (
            RulingKind(
                key="dsq",
                ruling="status",
                title="Disqualify",
                act="Disqualify",
                meaning="Out of the race from this stage on; without a stage, altogether.",
                given={"status": "dsq"},
                fields=(BIBS, _ANY_STAGE, _CONTROL),
            ),
            RulingKind(
                key="status",
                ruling="status",
                title="Say what became of a runner",
                act="Rule so",
                meaning="Did not start, did not finish, over the limit, withdrawn, not ranked.",
                fields=(
                    BIBS,
                    RulingField(
                        key="status",
                        label="What became of them",
                        input=Input.CHOICE,
                        is_needed=True,
                        choices=(
                            ("dns", "did not start"),
                            ("dnf", "did not finish"),
                            ("otl", "over the time limit"),
                            ("withdrawn", "withdrew"),
                            ("unranked", "goes on unranked"),
                        ),
                    ),
                    _ANY_STAGE,
                    _CONTROL,
                ),
            ),
            RulingKind(
                key="reinstated",
                ruling="status",
                title="Lift a disqualification, let somebody go on",
                act="Let them go on",
                meaning="Undoes what was ruled before for this stage and later ones, and its"
                " automatic time limit.",
                given={"status": "reinstated"},
                fields=(BIBS, _ANY_STAGE),
            ),
            RulingKind(
                key="missed",
                ruling="confirm",
                title="Confirm a missed checkpoint",
                act="Confirm it",
                meaning="Then the race’s own rule on missed checkpoints acts.",
                fields=(BIBS, _STAGE, _THE_CONTROL),
            ),
            RulingKind(
                key="transfer",
                ruling="transfer",
                title="Move to another division",
                act="Move them",
                meaning="From a stage or a checkpoint on.",
                fields=(
                    BIBS,
                    RulingField(key="division", label="To", input=Input.DIVISION, is_needed=True),
                    _FROM_STAGE,
                    _CONTROL,
                    RulingField(
                        key="carry",
                        label="Times so far",
                        input=Input.CHOICE,
                        choices=(
                            ("", "as the division says"),
                            ("all", "all count on"),
                            ("shared", "count over the shared part"),
                            ("none", "are left behind"),
                        ),
                    ),
                ),
            ),
            RulingKind(
                key="team",
                ruling="team",
                title="Change a team",
                act="Change the team",
                meaning="Somebody joins or leaves, or the team is broken.",
                fields=(
                    RulingField(key="team", label="Team", input=Input.TEAM, is_needed=True),
                    RulingField(
                        key="action",
                        label="What happens",
                        input=Input.CHOICE,
                        is_needed=True,
                        choices=(
                            ("leave", "these leave it"),
                            ("join", "these join it"),
                            ("break", "it is broken"),
                        ),
                    ),
                    _SOME_BIBS,
                    _FROM_STAGE,
                ),
            ),
            RulingKind(
                key="swap",
                ruling="bib",
                title="Two wore each other’s bib",
                act="Swap the bibs",
                meaning="Passings of either go to the other, both ways at once.",
                fields=(
                    RulingField(key="bib", label="Bib", input=Input.BIB, is_needed=True),
                    RulingField(
                        key="swap_with", label="Swapped with", input=Input.BIB, is_needed=True
                    ),
                    _FROM_STAGE,
                    RulingField(key="from", label="From", input=Input.CLOCK),
                    RulingField(key="until", label="Until", input=Input.CLOCK),
                ),
            ),
            RulingKind(
                key="new-bib",
                ruling="bib",
                title="Give another bib",
                act="Give the bib",
                meaning="For a bib that was lost or torn.",
                fields=(
                    RulingField(key="bib", label="Bib", input=Input.BIB, is_needed=True),
                    RulingField(key="new_bib", label="New bib", input=Input.BIB, is_needed=True),
                    _FROM_STAGE,
                    RulingField(key="from", label="From", input=Input.CLOCK),
                ),
            ),
            RulingKind(
                key="chip",
                ruling="chip",
                title="Give another chip",
                act="Give the chip",
                meaning="Reads of this chip are of this bib, from then on.",
                fields=(
                    RulingField(key="bib", label="Bib", input=Input.BIB, is_needed=True),
                    RulingField(key="chip", label="Chip", input=Input.TEXT, is_needed=True),
                    _ANY_STAGE,
                    RulingField(key="from", label="From", input=Input.CLOCK),
                    RulingField(key="until", label="Until", input=Input.CLOCK),
                ),
            ),
        ),
    ),
    (
        "The stage",
        (
            RulingKind(
                key="gun",
                ruling="start",
                title="Correct a start",
                act="Correct the start",
                meaning="The actual gun of a stage or a wave, or the start of some.",
                fields=(
                    _STAGE,
                    RulingField(key="to", label="At", input=Input.CLOCK, is_needed=True),
                    RulingField(key="wave", label="Of a wave", input=Input.WAVE),
                    _SOME_BIBS,
                ),
            ),
            RulingKind(
                key="cutoff",
                ruling="cutoff",
                title="Move a cut-off",
                act="Move the cut-off",
                meaning="Also afterwards: who comes back or falls out is shown first.",
                is_public=True,
                fields=(
                    _STAGE,
                    _THE_CONTROL,
                    RulingField(
                        key="to", label="To a time of day", input=Input.CLOCK, hint="19:30"
                    ),
                    RulingField(
                        key="elapsed",
                        label="Or to a time taken",
                        input=Input.LASTING,
                        hint="9:30:00",
                    ),
                    RulingField(
                        key="division",
                        label="For a division only",
                        input=Input.DIVISION,
                        is_rare=True,
                    ),
                    RulingField(
                        key="wave", label="For a wave only", input=Input.WAVE, is_rare=True
                    ),
                ),
            ),
            RulingKind(
                key="close",
                ruling="close",
                title="Close a checkpoint",
                act="Close it",
                meaning="Later reads are late there; whoever was not seen stays overdue.",
                fields=(_STAGE, _THE_CONTROL),
            ),
            RulingKind(
                key="hold",
                ruling="hold",
                title="Hold runners at a checkpoint",
                act="Record the hold",
                meaning="Lightning, a river, a crossing: each one’s wait is given back.",
                is_public=True,
                fields=(
                    _STAGE,
                    _THE_CONTROL,
                    RulingField(key="from", label="From", input=Input.CLOCK, is_needed=True),
                    RulingField(key="until", label="Until", input=Input.CLOCK),
                    RulingField(
                        key="releases",
                        label="Or let go one by one",
                        input=Input.RELEASES,
                        hint="12 10:52:05, 15a 10:52:40",
                    ),
                ),
            ),
            RulingKind(
                key="shorten",
                ruling="stage",
                title="Shorten a stage",
                act="Shorten the stage",
                meaning="The time at a checkpoint is everybody’s result.",
                given={"action": "shorten"},
                is_public=True,
                fields=(
                    _STAGE,
                    RulingField(
                        key="result_from",
                        label="The result is from",
                        input=Input.CONTROL,
                        is_needed=True,
                    ),
                ),
            ),
            RulingKind(
                key="stop",
                ruling="stage",
                title="Stop a stage",
                act="Stop the stage",
                meaning="Who finished has their time; who was stopped has a virtual one.",
                given={"action": "stop"},
                is_public=True,
                fields=(
                    _STAGE,
                    RulingField(key="result_from", label="The result is from", input=Input.CONTROL),
                    RulingField(
                        key="for_stopped",
                        label="Those stopped have",
                        input=Input.CHOICE,
                        choices=(
                            ("", "no time"),
                            ("winner", "the winner’s time"),
                            ("last", "the last finisher’s time"),
                        ),
                    ),
                ),
            ),
            RulingKind(
                key="neutralise",
                ruling="stage",
                title="Neutralise a stage",
                act="Neutralise the stage",
                meaning="Run, and counted as done, but its time counts for nobody.",
                given={"action": "neutralise"},
                is_public=True,
                fields=(_STAGE,),
            ),
            RulingKind(
                key="replace",
                ruling="stage",
                title="Replace a stage by another",
                act="Replace the stage",
                meaning="Another course, start or limits under the same number.",
                given={"action": "replace"},
                is_public=True,
                fields=(
                    _STAGE,
                    RulingField(
                        key="with",
                        label="The new stage, as in a racefile",
                        input=Input.MAPPING,
                        hint='{date: 2026-08-29, start: {mode: mass, at: "08:00"}, controls: '
                        "[{code: START, km: 0}, {code: FINISH, km: 20}]}",
                        is_needed=True,
                    ),
                ),
            ),
            RulingKind(
                key="reroute",
                ruling="stage",
                title="Send runners another way",
                act="Re-route the stage",
                meaning="From a checkpoint on, for whoever passes it at a time or later.",
                given={"action": "reroute"},
                is_public=True,
                fields=(
                    _STAGE,
                    RulingField(key="from", label="From", input=Input.CLOCK, is_needed=True),
                    RulingField(key="control", label="After", input=Input.CONTROL),
                    RulingField(
                        key="with",
                        label="The other course, as in a racefile",
                        input=Input.MAPPING,
                        hint="{controls: [{code: START, km: 0}, {code: FINISH, km: 20}]}",
                        is_needed=True,
                    ),
                ),
            ),
            RulingKind(
                key="cancel",
                ruling="stage",
                title="Cancel a stage",
                act="Cancel the stage",
                meaning="0 for everyone; that day’s cut-offs and missing finishes make nobody out.",
                given={"action": "cancel"},
                is_public=True,
                fields=(_STAGE,),
            ),
        ),
    ),
    ("Else", (WRITTEN,)),
)
"""Every kind, by what it is about."""

KINDS: Mapping[str, RulingKind] = {kind.key: kind for _, kinds in GROUPS for kind in kinds}


def kind_of(plain: Mapping[str, object]) -> RulingKind:
    """The kind whose form says what this ruling, as a racefile has it, says."""
    said = {key for key in plain if plain[key] not in ("", (), [], None, False)}
    for kind in KINDS.values():
        own = {one.key for one in kind.fields}
        if "bibs" in own:
            own.add("bib")
        common = {"ruling", "id", "by", "at", "reason", "supersedes", "settles"}
        if (
            kind.ruling == plain.get("ruling")
            and all(plain.get(key) == value for key, value in kind.given.items())
            and said <= own | kind.given.keys() | common
            and all(one.key in said for one in kind.fields if one.is_needed and one.key != "bibs")
        ):
            return kind
    return WRITTEN
