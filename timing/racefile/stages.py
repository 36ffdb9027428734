"""Stages: starts, controls, cut-offs, courses (Rules 2 to 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, pre_dump, validates_schema

from timing.core.definition import (
    DEFAULT_BASIS,
    Apply,
    Basis,
    Control,
    Cutoff,
    Earliest,
    EarlyKind,
    IntervalOrder,
    OtherCourse,
    Rest,
    Section,
    Selection,
    Source,
    Stage,
    StageKind,
    Start,
    StartMode,
    Wave,
)
from timing.core.entries import bib_order
from timing.racefile.containers import Many, Nested, OneOrMany, Pairs, Span, Variant, Words
from timing.racefile.expecting import Expecting
from timing.racefile.faults import Fault, one_of, quoted, refusal
from timing.racefile.moments import ClockTime, Day, Fine, Lasting, LastingSome
from timing.racefile.outcomes import cutoff_outcome, too_early
from timing.racefile.parts import Part, key_of
from timing.racefile.quantities import Flag, Kilometres, KilometresAnHour, Whole
from timing.racefile.texts import Bib, Choice, Code, PointCode, Text, Token

MEASURES = ("at", "elapsed", "elapsed_gun", "min_speed", "percent_of_winner")


class CutoffSchema(Part):
    """A limit at a control: exactly one measure (Rules 5.1)."""

    makes = Cutoff

    at = ClockTime()
    elapsed = LastingSome()
    elapsed_gun = LastingSome()
    min_speed = KilometresAnHour(data_key="min_speed_kmh")
    percent_of_winner = Whole(least=100, most=10_000)
    outcome = cutoff_outcome()
    hard = Flag()
    inclusive = Flag()
    apply = Choice(Apply)
    division = Code()
    category = Code()
    wave = Code()
    lap = Whole(least=1, most=1_000)

    @validates_schema
    def _one_measure(self, data: Mapping[str, Any], **kwargs: object) -> None:
        del kwargs
        given = [key_of(name, self.fields[name]) for name in MEASURES if name in data]
        known = ", ".join(key_of(name, self.fields[name]) for name in MEASURES)
        if not given:
            raise ValidationError([Fault("no limit", f"give one of {known}")])
        if len(given) > 1:
            raise ValidationError([Fault(f"{len(given)} limits: {', '.join(given)}", "keep one")])


class RestSchema(Part):
    """A rest between in and out (Rules 4.8)."""

    makes = Rest

    least = LastingSome(required=True)
    early = too_early()


class EarliestSchema(Part):
    """The earliest passing permitted (Rules 4.8)."""

    makes = Earliest

    at = ClockTime()
    elapsed = LastingSome()
    early = too_early()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_measure(self, data: object, original: object, **kwargs: object) -> None:
        del data, kwargs
        given = {"at", "elapsed"} & set(original) if isinstance(original, Mapping) else {""}
        if len(given) != 1:
            fault = "two times" if given else "no time"
            raise ValidationError([Fault(fault, "give at or elapsed")])


class TimedSchema(Part):
    """A section whose time counts, where that of others does not (Rules 4.7)."""

    makes = Section

    start = PointCode(data_key="from", required=True)
    end = PointCode(data_key="to", required=True)


class NeutralSchema(TimedSchema):
    """A section whose time does not count, or only what is beyond the allowance (Rules 4.7)."""

    allowance = LastingSome()


class ControlSchema(Part):
    """An ordered point of a stage's course (Rules 4.2)."""

    makes = Control

    code = Code(required=True)
    name = Text()
    distance_m = Kilometres(data_key="km", required=True)
    place = Code()
    in_out = Flag()
    mandatory = Flag()
    manned = Flag()
    cutoffs = OneOrMany(Nested(CutoffSchema), data_key="cutoff")
    cutoffs_out = OneOrMany(Nested(CutoffSchema), data_key="cutoff_out")
    source = Choice(Source)
    min_gap = Lasting()
    ascent_m = Whole(most=20_000)
    rest = Nested(RestSchema)
    earliest = Nested(EarliestSchema)
    earliest_out = Nested(EarliestSchema)
    checks = Words(Token())


class BibRange(Expecting, fields.Raw):
    """The first and the last of some bibs, in their natural order."""

    kind = "two bibs"
    like = '["1", "50"]'

    _bib = Bib()

    def taken(self, value: object) -> object:
        """The first and the last."""
        if not isinstance(value, list) or len(value) != 2:
            raise self.refused(value)
        first, last = (self._bib.read(str(bib)) for bib in value)
        if bib_order(first) > bib_order(last):
            raise refusal(f"{quoted(first)} comes after {quoted(last)}", f"write [{last}, {first}]")
        return first, last

    def given(self, value: tuple[str, str]) -> object:
        """The list of both."""
        return list(value)


class SelectionSchema(Part):
    """Some of the entries (Rules 3.1)."""

    makes = Selection

    board = Code()
    rank = Span(least=1)
    division = Code()
    category = Code()
    bibs = Words(Bib())
    bib_range = BibRange()


class WaveSchema(Part):
    """Entries sharing a gun (Rules 3.1)."""

    makes = Wave

    code = Code(required=True)
    at = ClockTime(required=True)
    who = OneOrMany(Nested(SelectionSchema))


class IntervalSchema(Part):
    """Allocated starts, one after the other (Rules 3.1)."""

    makes: ClassVar[Callable[..., Any]] = dict

    first = ClockTime()
    every = LastingSome()
    order = Choice(IntervalOrder)


class ChaseSchema(Part):
    """Starts by the gaps of the general classification (Rules 3.1)."""

    makes: ClassVar[Callable[..., Any]] = dict

    first = ClockTime()
    cap = Lasting()
    rest = Variant(
        words=(),
        carriers={"at": ClockTime(), "every": LastingSome()},
        make=lambda word, carried: (word, carried),
        unmake=lambda rest: rest,
    )


MODE_KEYS: dict[StartMode, tuple[str, ...]] = {
    StartMode.MASS: ("at",),
    StartMode.WAVES: ("waves",),
    StartMode.WINDOW: ("open", "close", "early"),
    StartMode.INTERVAL: ("interval", "first", "every", "order"),
    StartMode.CHASE: ("chase", "first", "cap", "rest"),
}
"""The keys that describe each mode, besides mode and basis."""

NEEDED_KEYS: dict[StartMode, tuple[str, ...]] = {
    StartMode.MASS: ("at",),
    StartMode.WAVES: ("waves",),
    StartMode.WINDOW: ("open",),
    StartMode.INTERVAL: ("first", "every"),
    StartMode.CHASE: ("first",),
}

OWN_MAPPING = {StartMode.INTERVAL: "interval", StartMode.CHASE: "chase"}
"""The mapping in which a mode's keys may stand together."""


class StartSchema(IntervalSchema, ChaseSchema):
    """How a stage starts (Rules 3). The keys of interval and chase may stand in a mapping."""

    makes = Start

    mode = Choice(StartMode)
    at = ClockTime()
    waves = Many(Nested(WaveSchema))
    opens = ClockTime(data_key="open")
    closes = ClockTime(data_key="close")
    early = Variant(
        words=("reset", "refuse"),
        carriers={"penalty": Fine()},
        make=lambda word, penalty: (EarlyKind(word), penalty or 0),
        unmake=lambda early: (
            early[0].value,
            early[1] if early[0] is EarlyKind.PENALTY else None,
        ),
    )
    interval = Nested(IntervalSchema)
    chase = Nested(ChaseSchema)
    basis = Choice(Basis)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _keys_of_the_mode(
        self,
        data: Mapping[str, Any],
        original: object,
        **kwargs: object,
    ) -> None:
        del kwargs
        if not isinstance(original, Mapping) or ("mode" in original and "mode" not in data):
            return
        mode = data.get("mode", StartMode.MASS)
        errors = {key: [_of_other_mode(key, mode)] for key in original if _is_foreign(key, mode)}
        own = OWN_MAPPING.get(mode, "")
        inner = original.get(own)
        keys = inner if isinstance(inner, Mapping) else original
        errors |= {
            key: [Fault(f"stands beside {own}", f"write it under {own}")]
            for key in original
            if keys is inner and key in MODE_KEYS[mode] and key != own
        }
        missing = {
            key: self.fields[key if key != "open" else "opens"].make_error("required").messages
            for key in NEEDED_KEYS[mode]
            if key not in keys
        }
        if keys is inner:
            missing = {own: missing} if missing else {}
        if original.get("waves") == []:
            errors["waves"] = [Fault("no waves", "give each with its code and its time")]
        if errors | missing:
            raise ValidationError({**errors, **missing})

    def build(self, data: Mapping[str, Any]) -> Start:
        """The start, its basis the mode's own where none is given."""
        values = self.built(data)
        mode: StartMode = values.pop("mode", StartMode.MASS)
        values |= dict(data.get(OWN_MAPPING.get(mode, ""), {}))
        values.pop("interval", None)
        values.pop("chase", None)
        if "first" in values:
            values["at"] = values.pop("first")
        if "early" in values:
            values["early"], values["early_penalty"] = values["early"]
        if "rest" in values:
            word, carried = values.pop("rest")
            values[f"rest_{word}"] = carried
        return Start(mode=mode, **({"basis": DEFAULT_BASIS[mode]} | values))

    @pre_dump
    def _as_written(self, start: Start, **kwargs: object) -> dict[str, Any]:
        del kwargs
        values: dict[str, Any] = {
            "mode": start.mode,
            "waves": start.waves,
            "opens": start.opens,
            "closes": start.closes,
            "early": (start.early, start.early_penalty),
            "every": start.every,
            "order": start.order,
            "cap": start.cap,
        }
        values["at" if start.mode is StartMode.MASS else "first"] = start.at
        if start.rest_at is not None:
            values["rest"] = ("at", start.rest_at)
        elif start.rest_every:
            values["rest"] = ("every", start.rest_every)
        if start.basis is not DEFAULT_BASIS[start.mode]:
            values["basis"] = start.basis
        return {name: value for name, value in values.items() if value is not None}


def _is_foreign(key: object, mode: StartMode) -> bool:
    return key not in MODE_KEYS[mode] and any(key in keys for keys in MODE_KEYS.values())


def _of_other_mode(key: str, mode: StartMode) -> Fault:
    others = one_of([other.value for other, keys in MODE_KEYS.items() if key in keys])
    return Fault(f"belongs to mode {others}, not {mode.value}", "leave it out or change the mode")


class StartField(Nested):
    """A start, or just the time of a mass start."""

    like = '{mode: mass, at: "08:00"}'

    def taken(self, value: object) -> object:
        """The start's typed values."""
        if not isinstance(value, str):
            return super().taken(value)
        return {"mode": StartMode.MASS, "at": ClockTime().deserialize(value)}


class ProfilePoint(Expecting, fields.Raw):
    """How high the course is at a distance from the start."""

    kind = "a kilometre and a height"
    like = "[14.0, 2044]"

    _along = Kilometres()
    _height = Whole(least=-1_000, most=9_000)

    def taken(self, value: object) -> tuple[int, int]:
        """Metres from the start, and metres above the sea."""
        if not isinstance(value, list) or len(value) != 2:
            raise self.refused(value)
        return self._along.taken(value[0]), self._height.taken(value[1])

    def given(self, value: tuple[int, int]) -> object:
        """The list of both."""
        return [self._along.given(value[0]), value[1]]


class StageSchema(Part):
    """One day's contest (Rules 2)."""

    makes = Stage

    number = Whole(least=1, most=999, required=True)
    name = Text()
    date = Day(required=True)
    kind = Choice(StageKind)
    distance_m = Kilometres(data_key="distance_km")
    ascent_m = Whole(most=50_000)
    start = StartField(StartSchema)
    controls = Many(Nested(ControlSchema))
    courses = Pairs(Code(), Words(Code()))
    laps = Whole(least=1, most=1_000)
    neutral = OneOrMany(Nested(NeutralSchema))
    timed = OneOrMany(Nested(TimedSchema))
    bonuses = Pairs(PointCode(), Many(Lasting()))
    profile = Many(ProfilePoint())

    def build(self, data: Mapping[str, Any]) -> Stage:
        """The stage; without controls it has a start and a finish."""
        values = self.built(data)
        laps = values.get("laps", 1)
        is_rest = values.get("kind") is StageKind.REST
        if "controls" not in values and not is_rest:
            values["controls"] = start_and_finish(values.get("distance_m", 0) // laps)
        if "distance_m" not in values and values.get("controls"):
            values["distance_m"] = values["controls"][-1].distance_m * laps
        return Stage(**values)

    def written(self, data: dict[str, Any], original: Stage) -> dict[str, Any]:
        """With its distance only where that is not its last control's, on every lap."""
        data.pop("distance_km", None)
        lap = original.controls[-1].distance_m if original.controls else 0
        if original.distance_m != lap * original.laps:
            data["distance_km"] = Decimal(original.distance_m) / 1000
        return data


class OtherCourseSchema(Part):
    """What a re-routed stage is run over (Rules 2.4)."""

    makes = OtherCourse

    distance_m = Kilometres(data_key="distance_km")
    controls = Many(Nested(ControlSchema), required=True)
    courses = Pairs(Code(), Words(Code()))
    laps = Whole(least=1, most=1_000)

    def build(self, data: Mapping[str, Any]) -> OtherCourse:
        """The course; as long as to its last control where nothing else is said."""
        values = self.built(data)
        if "distance_m" not in values:
            values["distance_m"] = values["controls"][-1].distance_m * values.get("laps", 1)
        return OtherCourse(**values)

    def written(self, data: dict[str, Any], original: OtherCourse) -> dict[str, Any]:
        """With its distance only where that is not its last control's, on every lap."""
        data.pop("distance_km", None)
        if original.distance_m != original.controls[-1].distance_m * original.laps:
            data["distance_km"] = Decimal(original.distance_m) / 1000
        return data


START, FINISH = "START", "FINISH"


def start_and_finish(distance_m: int) -> tuple[Control, Control]:
    """The controls of a stage that names none."""
    return Control(code=START, distance_m=0), Control(code=FINISH, distance_m=distance_m)
