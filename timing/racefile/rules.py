"""The race's own keys and its rules (Rules 1.4, 4.4, 5, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from timing.core.definition import (
    AfterOut,
    AgeOn,
    Apply,
    AssignFrom,
    CutoffRules,
    EqualRank,
    Incomplete,
    PenaltyRule,
    RoundAt,
    Rules,
    Scope,
    TieLink,
    TieLinkKind,
    Unfinished,
    Withdrawals,
)
from timing.core.times import SECOND, Rounding
from timing.racefile.containers import Many, Nested, OneOrMany, Variant
from timing.racefile.faults import Fault
from timing.racefile.moments import Day, Fine, Lasting, LastingSome
from timing.racefile.outcomes import cutoff_outcome, missed_control
from timing.racefile.parts import Part
from timing.racefile.quantities import Flag, Whole
from timing.racefile.texts import Choice, Code, Slug, Text, Token, Zone

PRECISIONS = {"1s": SECOND, "100ms": 100, "10ms": 10, "1ms": 1}
"""The precisions a race can print (Rules 1.4)."""


def _tie_link(word: str, stages: Any) -> TieLink:  # noqa: ANN401 - numbers, or None
    return TieLink(kind=TieLinkKind(word), stages=tuple(stages or ()))


def ties() -> Many:
    """A tie chain: its links in the order they are asked (Rules 9.5)."""
    link = Variant(
        words=tuple(kind.value for kind in TieLinkKind),
        carriers={"fractions": Many(Whole(least=1))},
        make=_tie_link,
        unmake=lambda link: (link.kind.value, link.stages or None),
    )
    return Many(link)


class CutoffRulesSchema(Part):
    """What holds for every cut-off that does not say otherwise (Rules 5.1, 5.4, 5.7)."""

    makes = CutoffRules

    inclusive = Flag()
    outcome = cutoff_outcome()
    apply = Choice(Apply)


class PenaltyRuleSchema(Part):
    """An entry of the penalty table (Rules 6.1)."""

    makes = PenaltyRule

    code = Code(required=True)
    name = Text()
    article = Text()
    times = OneOrMany(Fine(), data_key="time")
    then_dsq = Choice({"stay": False, "dsq": True}, data_key="then")
    scope = Choice(Scope)
    per_item = Flag()

    @validates_schema(skip_on_field_errors=True)
    def _some_amount(self, data: Mapping[str, Any], **kwargs: object) -> None:
        del kwargs
        if not data.get("times") and not data.get("then_dsq"):
            raise ValidationError({"time": [Fault("is missing", "give an amount, or then: dsq")]})


class UnfinishedSchema(Part):
    """What becomes of those who do not finish a stage (Rules 9.3)."""

    makes = Unfinished

    assign = Choice(AssignFrom, required=True)
    plus = Lasting()


class UnfinishedField(Nested):
    """The word ``out``, or how a time is assigned."""

    like = '{assign: last, plus: "1:00:00"}'

    def expected(self) -> str:
        """Both forms."""
        return f"out, or {self.like}"

    def taken(self, value: object) -> object:
        """The typed values; none where they are out."""
        if isinstance(value, str) and value.strip() == "out":
            return {}
        return super().taken(value)

    def given(self, value: object) -> object:
        """The mapping. Who is out is the default, which is left out anyway."""
        return "out" if value == Unfinished() else super().given(value)


class RulesSchema(Part):
    """The settings of one edition."""

    makes = Rules

    precision = Choice(PRECISIONS)
    rounding = Choice(Rounding)
    round_at = Choice(RoundAt, data_key="round")
    incomplete = Choice(Incomplete)
    missed_control = missed_control()
    ties = ties()
    equal_rank = Choice(EqualRank)
    age_on = Choice(AgeOn)
    cutoff = Nested(CutoffRulesSchema)
    start_tolerance = Lasting()
    after_out = Choice(AfterOut)
    protest_window = Lasting()
    limit = LastingSome()
    unfinished = UnfinishedField(UnfinishedSchema)
    penalties = Many(Nested(PenaltyRuleSchema))


class RaceSchema(Part):
    """The race itself. A name left out is the slug, the first day that of the first stage."""

    makes = dict  # its other parts stand beside it in the document

    slug = Slug(required=True)
    name = Text()
    timezone = Zone(required=True)
    starts_on = Day()
    event = Token()
    withdrawals = Choice(Withdrawals)
    rules = Nested(RulesSchema)
