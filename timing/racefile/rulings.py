"""Rulings: from a document's mappings and columns, and from the API's JSON (racefile, Rulings)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

from marshmallow import ValidationError, fields, validates_schema

from timing.core import records
from timing.core.definition import Carry, Scope
from timing.core.plain import derived_id
from timing.core.records import RULING_NAMES, RULINGS, Ruling
from timing.core.statuses import RulingStatus
from timing.racefile.competitors import EntrySchema
from timing.racefile.containers import Nested, Pairs, Words
from timing.racefile.expecting import Expecting
from timing.racefile.faults import Fault, RacefileErrors, did_you_mean, one_of, quoted
from timing.racefile.moments import ClockReading, Fine, Lasting, LastingSome, Moment, Shift
from timing.racefile.nodes import Written, read_yaml
from timing.racefile.parts import Part
from timing.racefile.passings import BadRecord, bad_record
from timing.racefile.quantities import Flag, Whole
from timing.racefile.report import Report
from timing.racefile.stages import OtherCourseSchema, StageSchema
from timing.racefile.texts import (
    Author,
    Bib,
    BoardCode,
    Choice,
    Code,
    Note,
    PointCode,
    Reason,
    Said,
    Text,
    Token,
)

Keys = Collection[str]
Faults = dict[str, list[Fault]]

WHOLE = "_schema"
"""Marshmallow's key for what concerns a mapping as a whole."""


def _stage(*, required: bool = False) -> Whole:
    return Whole(least=1, most=999, required=required)


def _starts(*, required: bool = False) -> Pairs:
    # Sorted, since a mapping written in another order says the same and must have one digest.
    return Pairs(Bib(), ClockReading(), in_order=True, required=required)


def _needs_one(given: Keys, *keys: str) -> Faults:
    if any(key in given for key in keys):
        return {}
    return {WHOLE: [Fault(f"names no {one_of(keys)}", "give one of them")]}


def _not_both(given: Keys, first: str, second: str) -> Faults:
    if first in given and second in given:
        return {second: [Fault(f"stands beside {first}", "keep one of them")]}
    return {}


class RulingSchema(Part):
    """What every ruling has: its name, who decided it, when and why."""

    ruling = Said(required=True)
    id = Token()
    by = Author(required=True)
    at = Moment(required=True)
    reason: Text = Reason(required=True)
    supersedes = Words(Token())
    settles = Words(Token())

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _keys_together(self, data: object, original: object, **kwargs: object) -> None:
        del data, kwargs
        if isinstance(original, Mapping) and (errors := self.contradictions(original)):
            raise ValidationError({**errors})

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """What the keys given lack, or have too much of, by key."""
        del given
        return {}

    def build(self, data: Mapping[str, Any]) -> Ruling:
        """The ruling; without an id it has an empty one."""
        values = {"id": "", **self.built(data)}
        ruling: Ruling = RULINGS[values.pop("ruling")](**values)
        return ruling

    def written(self, data: dict[str, Any], original: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name and content first, who decided it last, as one would tell it."""
        common: dict[str, Any] = {k: data.pop(k) for k in ("id", "reason", "by", "at") if k in data}
        first: dict[str, Any] = {k: data.pop(k) for k in ("stage", "bib", "bibs") if k in data}
        return {"ruling": RULING_NAMES[type(original)], **first, **data, **common}


class ForBibs(RulingSchema):
    """A ruling about one bib or several."""

    bib = Bib()
    bibs = Words(Bib())
    beside_bibs: ClassVar[tuple[str, ...]] = ()
    """The keys that may name somebody instead of bibs."""
    needs_somebody: ClassVar[bool] = True

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """Somebody must be named, and bibs in one way only."""
        errors = _not_both(given, "bib", "bibs")
        bibs = given.get("bibs")
        if bibs == [] or (isinstance(bibs, str) and not bibs.strip()):
            errors["bibs"] = [Fault("no bibs", "give at least one")]
        if self.needs_somebody:
            errors |= _needs_one(given, "bib", "bibs", *self.beside_bibs)
        return errors

    def built(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """With all bibs under one name."""
        values = super().built(data)
        if "bib" in values:
            values["bibs"] = (values.pop("bib"),)
        return values

    def written(self, data: dict[str, Any], original: Any) -> dict[str, Any]:  # noqa: ANN401
        """One bib under ``bib``, more under ``bibs``."""
        if len(original.bibs) == 1:
            data = {"bib" if key == "bibs" else key: item for key, item in data.items()}
            data["bib"] = original.bibs[0]
        return super().written(data, original)


class AdjustmentSchema(ForBibs):
    """What penalties and credits share (Rules 6)."""

    beside_bibs = ("team", "wave", "division")

    stage = _stage(required=True)
    team = Code()
    wave = Code()
    division = Code()
    time = Fine(required=True)
    code = Text()
    scope = Choice(Scope)
    count = Whole(least=1, most=1_000)


class PenaltySchema(AdjustmentSchema):
    """Adds time (Rules 6.1); a code of the penalty table may stand in its place."""

    time = Fine()
    served = PointCode()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A time, or the code that the table has it under."""
        return super().contradictions(given) | _needs_one(given, "time", "code")


class CreditSchema(AdjustmentSchema):
    """Subtracts time (Rules 6.3)."""

    extends_cutoffs = Flag()


class BonusSchema(ForBibs):
    """Subtracts from the general classification alone (Rules 6.4)."""

    stage = _stage(required=True)
    time = Lasting(required=True)
    control = PointCode()


class PointsSchema(ForBibs):
    """Points that no table gives (Rules 9.1)."""

    stage = _stage(required=True)
    board = BoardCode(required=True)
    points = Whole(least=1, most=100_000, required=True)
    place = Whole(least=1)


class StatusSchema(ForBibs):
    """Says what became of somebody (Rules 10)."""

    beside_bibs = ("team",)

    team = Code()
    status = Choice(RulingStatus, required=True)
    stage = _stage()
    control = PointCode()


class StageTimeSchema(ForBibs):
    """A declared stage time, with or without a place; it may come without a reason."""

    stage = _stage(required=True)
    time = Lasting()
    place = Whole(least=1)
    reason: Text = Note()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A time, a place, or both."""
        errors = super().contradictions(given)
        if not {"time", "place"} & given.keys():
            errors[WHOLE] = [
                *errors.get(WHOLE, []),
                Fault("declares nothing", "give a time, a place or both"),
            ]
        return errors


class FinishOrderSchema(ForBibs):
    """A line judge's order (Rules 9.5)."""

    stage = _stage(required=True)
    joint = Flag()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """An order needs two at least."""
        errors = super().contradictions(given)
        bibs = given.get("bibs", given.get("bib"))
        if (isinstance(bibs, list) and len(bibs) == 1) or (
            isinstance(bibs, str) and len(bibs.split()) == 1
        ):
            errors["bibs"] = [Fault("one bib has no order", "give two or more, best first")]
        return errors


class StartListSchema(RulingSchema):
    """An issued start list (Rules 3.6)."""

    stage = _stage(required=True)
    starts = _starts(required=True)

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A list of nobody is none."""
        if given.get("starts") == {}:
            return {"starts": [Fault("no starts", "give each bib with its start")]}
        return {}


class StartCorrectionSchema(ForBibs):
    """The actual gun, or the start of some (Rules 3.4, 3.5)."""

    needs_somebody = False

    stage = _stage(required=True)
    wave = Code()
    to = ClockReading(required=True)

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A wave or bibs, not both."""
        return (
            super().contradictions(given)
            | _not_both(given, "wave", "bib")
            | _not_both(given, "wave", "bibs")
        )


class CutoffMoveSchema(RulingSchema):
    """A moved cut-off (Rules 5.5)."""

    stage = _stage(required=True)
    control = PointCode(required=True)
    to = ClockReading()
    elapsed = LastingSome()
    division = Code()
    wave = Code()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """One new limit."""
        return _needs_one(given, "to", "elapsed") | _not_both(given, "to", "elapsed")


class CloseSchema(RulingSchema):
    """The control is closed (Rules 5.6)."""

    stage = _stage(required=True)
    control = PointCode(required=True)


class HoldSchema(RulingSchema):
    """Runners held at a control (Rules 4.11)."""

    stage = _stage(required=True)
    control = PointCode(required=True)
    since = ClockReading(data_key="from", required=True)
    until = ClockReading()
    releases = _starts()


class ReplacementSchema(StageSchema):
    """The stage that takes another's place, under its number."""

    number = Whole(least=1, most=999)


OTHER_COURSE = OtherCourseSchema()
"""What stands under ``with`` where a stage is re-routed."""


class Instead(Nested):
    """What takes a stage's place, or its course's where it is re-routed."""

    def _deserialize(  # type: ignore[override] # as that of all fields here
        self, value: object, attr: object, data: object, **kwargs: object
    ) -> Any:  # noqa: ANN401 - the library's signature
        is_course = isinstance(data, Mapping) and _is(data, records.StageAction.REROUTE)
        if is_course and isinstance(value, Mapping):
            return OTHER_COURSE.load(value)
        return super()._deserialize(value, attr, data, **kwargs)


def _is(given: Mapping[str, Any], action: records.StageAction) -> bool:
    return bool(given.get("action") == action)


class StageChangeSchema(RulingSchema):
    """A stage modified while under way (Rules 2.3, 2.4)."""

    stage = _stage(required=True)
    action = Choice(records.StageAction, required=True)
    control = PointCode()
    since = ClockReading(data_key="from")
    result_from = PointCode()
    for_stopped = Choice(records.ForStopped)
    replacement = Instead(ReplacementSchema, data_key="with")

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A new stage where one is replaced, another course where it is re-routed."""
        is_replacing = _is(given, records.StageAction.REPLACE)
        if _is(given, records.StageAction.REROUTE):
            return self._of_reroute(given)
        if is_replacing and "with" not in given:
            return {"with": [Fault("is missing", "give the new stage")]}
        errors: Faults = {
            key: [Fault("belongs to action reroute", "leave it out, or write action: reroute")]
            for key in ("control", "from")
            if key in given
        }
        if "with" in given and not is_replacing:
            remedy = "write action: replace or reroute"
            return errors | {"with": [Fault("belongs to action replace or reroute", remedy)]}
        new, number = given.get("with"), given.get("stage")
        if isinstance(new, Mapping) and str(new.get("number", number)) != str(number):
            errors["with"] = [Fault("has another number", "leave its number out")]
        return errors

    def _of_reroute(self, given: Mapping[str, Any]) -> Faults:
        errors: Faults = {}
        if "with" not in given:
            errors["with"] = [Fault("is missing", "give the other course: {controls: […]}")]
        if "from" not in given:
            errors["from"] = [Fault("is missing", "give the time from which on it is run")]
        for key in ("result_from", "for_stopped"):
            if key in given:
                fault = Fault("says nothing of a course", "leave it out, or shorten the stage")
                errors[key] = [fault]
        return errors

    def built(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The new stage has the old one's number; another course has none."""
        if data.get("action") is records.StageAction.REROUTE:
            rest = {name: value for name, value in data.items() if name != "replacement"}
            other_course = OTHER_COURSE.build(data["replacement"])
            return {**super().built(rest), "other_course": other_course}
        if "replacement" in data:
            data = {**data, "replacement": {"number": data["stage"], **data["replacement"]}}
        return super().built(data)

    def written(self, data: dict[str, Any], original: Any) -> dict[str, Any]:  # noqa: ANN401
        """The other course of a re-routed stage stands where another stage would."""
        if original.other_course is not None:
            data = {**data, "with": OTHER_COURSE.dump(original.other_course)}
        return super().written(data, original)


class TransferSchema(ForBibs):
    """Into another division (Rules 7.2)."""

    division = Code(required=True)
    stage = _stage(required=True)
    control = PointCode()
    carry = Choice(Carry)


class TeamChangeSchema(ForBibs):
    """A change in a team (Rules 8.5)."""

    needs_somebody = False

    team = Code(required=True)
    action = Choice(records.TeamAction, required=True)
    stage = _stage(required=True)

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """Joining and leaving is done by somebody, breaking by the team."""
        errors = super().contradictions(given)
        if given.get("action") in ("join", "leave"):
            errors |= _needs_one(given, "bib", "bibs")
        return errors


class BibChangeSchema(RulingSchema):
    """Another bib (Rules 4.6)."""

    bib = Bib(required=True)
    new_bib = Bib()
    swap_with = Bib()
    stage = _stage(required=True)
    since = ClockReading(data_key="from")
    until = ClockReading()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A new bib or a swap."""
        return _needs_one(given, "new_bib", "swap_with") | _not_both(given, "new_bib", "swap_with")


class Changes(Expecting, fields.Raw):
    """Attributes of an entry set anew, each read as the entry's own field reads it."""

    kind = "a mapping"
    like = "{name: Ana Ruiz, gender: F}"

    _entry = EntrySchema(partial=True)

    def taken(self, value: object) -> object:
        """Names and values, by name."""
        if not isinstance(value, Mapping) or not value:
            raise self.refused(value)
        return sorted(self._entry.load(value).items())

    def build(self, value: Any) -> object:  # noqa: ANN401 - as the base has it
        """Texts, and tuples of texts, as the core keeps them."""
        return tuple((name, _changed_to(item)) for name, item in value)

    def given(self, value: Iterable[tuple[str, str | tuple[str, ...]]]) -> object:
        """The mapping."""
        flags = [name for name, field in self._entry.fields.items() if isinstance(field, Flag)]
        return {
            name: list(item)
            if isinstance(item, tuple)
            else (item == _TRUE if name in flags else item)
            for name, item in value
        }


_TRUE = "true"


def _changed_to(item: object) -> str | tuple[str, ...]:
    if isinstance(item, bool):
        return _TRUE if item else "false"
    return tuple(item) if isinstance(item, list) else str(item)


class EntryChangeSchema(RulingSchema):
    """A late entry, or what is new about one."""

    bib = Bib()
    new = Flag()
    changes = Changes(data_key="set", required=True)
    stage = _stage()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """Somebody is named; a new entry's bib may stand among what is set."""
        changes = given.get("set")
        has_own_bib = isinstance(changes, Mapping) and "bib" in changes
        if "bib" in given or (has_own_bib and given.get("new") in (True, "true")):
            return {}
        return {"bib": [Fault("is missing", "give the entry's bib")]}


class ChipChangeSchema(RulingSchema):
    """Who wore which chip (Rules 4.6)."""

    bib = Bib(required=True)
    chip = Token(required=True)
    stage = _stage()
    since = ClockReading(data_key="from")
    until = ClockReading()


class AccountSchema(ForBibs):
    """Accounted for (Rules 11.1)."""

    stage = _stage(required=True)
    control = PointCode()
    where = Text()
    vehicle = Text()
    handed_to = Text()


class AcknowledgementSchema(ForBibs):
    """An alert that a person has seen (Rules 11.2)."""

    needs_somebody = False

    alert = Said(required=True)
    stage = _stage()
    control = PointCode()


class ObservationSchema(ForBibs):
    """What a station saw (Rules 6.6)."""

    needs_somebody = False

    kind = Said(required=True)
    stage = _stage()
    control = PointCode()
    items = Words(Token())


class ReleaseSchema(ForBibs):
    """What became of somebody, for the public to know (Rules 12.2)."""

    beside_bibs = ("team",)

    team = Code()
    stage = _stage()


class VoidSchema(RulingSchema):
    """The record counts no more."""

    record = Token(required=True)


class AssignSchema(RulingSchema):
    """The passing belongs to somebody else."""

    record = Token(required=True)
    bib = Bib(required=True)


class ConfirmSchema(ForBibs):
    """Right as it is, or indeed missed (Rules 4.4)."""

    needs_somebody = False

    record = Token()
    stage = _stage()
    control = PointCode()

    def contradictions(self, given: Mapping[str, Any]) -> Faults:
        """A record, or somebody at a control of a stage."""
        errors = super().contradictions(given)
        if "record" in given:
            return errors
        for key in ("stage", "control"):
            errors |= {} if key in given else _needs_one(given, "record", key)
        return errors | _needs_one(given, "record", "bib", "bibs")


class ClockOffsetSchema(RulingSchema):
    """A device's clock was off."""

    device = Said(required=True)
    offset = Shift(required=True)
    since = Moment(data_key="from")
    until = Moment()


RULING_SCHEMAS: dict[str, RulingSchema] = {
    "penalty": PenaltySchema(),
    "credit": CreditSchema(),
    "bonus": BonusSchema(),
    "points": PointsSchema(),
    "status": StatusSchema(),
    "stage_time": StageTimeSchema(),
    "finish_order": FinishOrderSchema(),
    "start_list": StartListSchema(),
    "start": StartCorrectionSchema(),
    "cutoff": CutoffMoveSchema(),
    "close": CloseSchema(),
    "hold": HoldSchema(),
    "stage": StageChangeSchema(),
    "transfer": TransferSchema(),
    "team": TeamChangeSchema(),
    "bib": BibChangeSchema(),
    "entry": EntryChangeSchema(),
    "chip": ChipChangeSchema(),
    "account": AccountSchema(),
    "ack": AcknowledgementSchema(),
    "observation": ObservationSchema(),
    "release": ReleaseSchema(),
    "void": VoidSchema(),
    "assign": AssignSchema(),
    "confirm": ConfirmSchema(),
    "clock": ClockOffsetSchema(),
}
"""The schema of each ruling, by the name it has in the core."""


class AnyRuling(Expecting, fields.Raw):
    """A ruling of any kind: its name says which schema reads it."""

    kind = "a ruling"
    like = "{ruling: penalty, stage: 1, bib: 12, …}"

    def taken(self, value: object) -> object:
        """The ruling's typed values, its name among them."""
        if not isinstance(value, Mapping):
            raise _unusable(self.refused(value))
        name = value.get("ruling")
        if not isinstance(name, str):
            fault = Fault("is missing", f"give one of {', '.join(RULING_SCHEMAS)}")
            raise _unusable(ValidationError({"ruling": [fault]}))
        if name not in RULING_SCHEMAS:
            fault = Fault(f"there is no ruling {quoted(name)}", did_you_mean(name, RULING_SCHEMAS))
            raise _unusable(ValidationError({"ruling": [fault]}))
        return RULING_SCHEMAS[name].load(value)

    def build(self, value: Any) -> object:  # noqa: ANN401 - as the base has it
        """The ruling of what was read."""
        return RULING_SCHEMAS[value["ruling"]].build(value)

    def given(self, value: Ruling) -> object:
        """The mapping."""
        return RULING_SCHEMAS[RULING_NAMES[type(value)]].dump(value)


def _unusable(error: ValidationError) -> ValidationError:
    # An empty mapping keeps the ruling's place in its list.
    error.valid_data = {}
    return error


_ANY = AnyRuling()


def load_ruling(data: Mapping[str, Any]) -> Ruling:
    """A ruling from a JSON object; BadRecord where it is none.

    An id left out is derived from the content, so that sending it again adds nothing.
    """
    try:
        ruling = cast(Ruling, _ANY.build(_ANY.deserialize(data)))
    except ValidationError as error:
        raise bad_record(error) from None
    return ruling if ruling.id else replace(ruling, id=derived_id(ruling, 0))


def ruling_to_plain(ruling: Ruling) -> dict[str, Any]:
    """A ruling as the mapping that a racefile has of it."""
    plain: dict[str, Any] = RULING_SCHEMAS[RULING_NAMES[type(ruling)]].dump(ruling)
    return plain


def written_mapping(text: str, name: str) -> Mapping[str, Any]:
    """One mapping of YAML, as a ruling may hold one; RacefileErrors, with ``name`` for the file."""
    report = Report(name)
    plain = read_yaml(text, report)
    if not report.errors and not isinstance(plain, Mapping):
        report.at_line(1, "is no mapping", "write {key: value, …}")
    if report.errors or not isinstance(plain, Mapping):
        raise RacefileErrors(report.errors)
    return plain


def load_written_ruling(text: str, name: str, usual: Mapping[str, str]) -> Ruling:
    """A ruling from one mapping of YAML, with ``usual`` for keys that it leaves out.

    Raises RacefileErrors, with ``name`` for the file, where it is no YAML, and BadRecord where
    it is no ruling.
    """
    report = Report(name)
    plain = read_yaml(text, report)
    if report.errors:
        raise RacefileErrors(report.errors)
    if not isinstance(plain, Mapping):
        raise BadRecord({"": ("is no mapping; write {ruling: penalty, stage: 1, bib: 12, …}",)})
    written = {key: Written(value) for key, value in usual.items()}
    return load_ruling({**written, **plain})
