"""Divisions, categories and kinds of team; entries and teams (Rules 7, 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from timing.core.definition import (
    Arrivals,
    Broken,
    Carry,
    Category,
    Division,
    Members,
    Separation,
    TeamGender,
    TeamKind,
    TeamTime,
    TeamTimeKind,
)
from timing.core.entries import Entry, Team
from timing.racefile.containers import Many, Nested, OneOrMany, Pairs, Span, Variant, Words
from timing.racefile.moments import Day, Lasting
from timing.racefile.outcomes import separation_outcome
from timing.racefile.parts import Part
from timing.racefile.quantities import Flag, Whole
from timing.racefile.texts import Bib, Choice, Code, PointCode, Text, Token

GENDERS = {"M": "M", "F": "F", "X": "X"}


class DivisionSchema(Part):
    """Which stages one runs, and where one goes who leaves it (Rules 7)."""

    makes = Division

    code = Code(required=True)
    name = Text()
    stages = Many(Whole(least=1))
    moves_to = Code()
    carry = Choice(Carry)
    arrivals = Choice(Arrivals)


class CategorySchema(Part):
    """A filter over competitors (Rules 8.1, 8.2)."""

    makes = Category

    code = Code(required=True)
    name = Text()
    gender = Choice(GENDERS)
    age = Span(may_be_open=True)
    nationality = OneOrMany(Text())
    residence = OneOrMany(Text())
    club = OneOrMany(Text())
    tags = Words(Token())
    team_gender = Choice(TeamGender)
    combined_age = Span(may_be_open=True)
    minimum = Whole()
    merges_into = Code()


class SeparationSchema(Part):
    """How far apart members may cross a control (Rules 8.4)."""

    makes = Separation

    max_gap = Lasting(data_key="max", required=True)
    at = Pairs(PointCode(), Lasting())
    outcome = separation_outcome()
    then_out = Choice({"stay": False, "out": True}, data_key="then")


class Size(Span):
    """A team's size, or the least and the most."""

    kind = "a size"
    like = "2 or [3, 5]"

    def taken(self, value: object) -> object:
        """The least and the most, equal where one is given."""
        if isinstance(value, list):
            return super().taken(value)
        size = self.number(value)
        return size, size

    def given(self, value: tuple[int | None, int | None]) -> object:
        """One number where it is one."""
        return value[0] if value[0] == value[1] else super().given(value)


def _team_time(word: str, n: int | None) -> TeamTime:
    return TeamTime(kind=TeamTimeKind(word), n=n or 0)


class TeamKindSchema(Part):
    """One kind of team (Rules 8.2 to 8.6)."""

    makes = TeamKind

    code = Code(required=True)
    name = Text()
    size = Size(least=1, required=True)
    time = Variant(
        words=("last", "sum", "together", "relay"),
        carriers={"nth": Whole(least=1), "best": Whole(least=1)},
        make=_team_time,
        unmake=lambda time: (time.kind.value, time.n or None),
    )
    separation = Nested(SeparationSchema)
    broken = Choice(Broken)
    members = Choice(Members)
    gender = Choice(TeamGender)
    combined_age = Span(may_be_open=True)
    minimum = Whole()


class EntrySchema(Part):
    """A competitor. An id left out is the bib."""

    makes = Entry

    id = Token()
    bib = Bib(required=True)
    name = Text()
    gender = Choice(GENDERS)
    born = Day()
    nationality = Text()
    residence = Text()
    club = Text()
    tags = Words(Token())
    division = Code()
    chips = Words(Token())
    team = Code()
    name_hidden = Flag()

    def build(self, data: Mapping[str, Any]) -> object:
        """The entry; its identity is its first bib where none is given."""
        return super().build({"id": data["bib"], **data})

    def written(self, data: dict[str, Any], original: Any) -> dict[str, Any]:  # noqa: ANN401
        """Without the id where that is the bib."""
        if original.id == original.bib:
            del data["id"]
        return data


class TeamSchema(Part):
    """A team; its members are the entries that name its code."""

    makes = Team

    code = Code(required=True)
    name = Text()
    kind = Code()
    legs = Pairs(Whole(least=1), Bib(), in_order=True)
