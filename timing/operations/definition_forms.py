"""What the forms of set-up make of a definition's text: only the keys that were changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from timing.core.definition import Stage
from timing.pages.setup_fields import (
    Path,
    Plain,
    Spec,
    in_order,
    laid_out,
    shown,
    value_at,
    with_fields,
    without,
)
from timing.pages.setup_specs import Step, parts_of, specs_of
from timing.racefile.dumping import LISTS
from timing.racefile.editing import edited, plain_definition
from timing.racefile.writing import scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A text as a form changes it. ``places`` says where each control of a stage stood before.

    It is empty where none of them moved.
    """

    text: str
    places: tuple[int, ...] = ()


def with_form(text: str, step: Step, form: Mapping[str, str], stage: int | None = None) -> Edited:
    """The text with what a step's form says otherwise; NotPlain where YAML can't read it.

    Fields that the form lacks, or that say what stands there already, change nothing. The controls
    of a stage are put in the order of their kilometres.
    """
    document = plain_definition(text)
    at_length = document if stage is None else laid_out(document, stage)
    typed: list[tuple[Spec, str]] = []
    for spec in specs_of(parts_of(step, at_length, stage)):
        given = form.get(spec.name)
        stands = shown(at_length, spec)
        if given is not None and stands is not None and " ".join(given.split()) != stands:
            typed.append((spec, given))
    changed = with_fields(at_length, typed) if typed else document
    if stage is None:
        return Edited(text=edited(text, changed))
    ordered = in_order(changed, stage)
    path: Path = ("stages", stage, "controls")
    before, after = value_at(changed, path), value_at(ordered, path)
    places: tuple[int, ...] = ()
    if before != after:
        left = list(enumerate(before))
        places = tuple(_taken(left, control) for control in after)
    return Edited(text=edited(text, ordered), places=places)


def _taken(left: list[tuple[int, Plain]], wanted: Plain) -> int:
    """The place of the first that equals ``wanted``, which is taken off the list."""
    found = next(n for n, (_, control) in enumerate(left) if control == wanted)
    return left.pop(found)[0]


def without_item(text: str, path: Path) -> str:
    """The text without an item of a list; NotPlain. What is no item of one changes nothing."""
    document = plain_definition(text)
    if not path or not isinstance(path[-1], int):
        return text
    if len(path) > 2 and path[0] == "stages" and isinstance(path[1], int):
        document = laid_out(document, path[1])
    return edited(text, without(document, path))


def with_stage_added(text: str) -> str:
    """The text with one more stage, on the day after the last; NotPlain."""
    document = plain_definition(text)
    stages = value_at(document, ("stages",))
    stages = list(stages) if isinstance(stages, list) else []
    numbers = [int(n) for s in stages if (n := str(value_at(s, ("number",)))).isdecimal()]
    days = [day for s in stages if (day := _day(value_at(s, ("date",)))) is not None]
    new: dict[str, Plain] = {"number": str(max(numbers, default=0) + 1)}
    starts_on = _day(value_at(document, ("race", "starts_on")))
    if days:
        new["date"] = (max(days) + timedelta(days=1)).isoformat()
    elif starts_on is not None:
        new["date"] = starts_on.isoformat()
    new |= {"distance_km": "1", "start": "08:00"}
    return edited(text, {**document, "stages": [*stages, new]})


def with_course_of(text: str, place: int, stage: Stage) -> str:
    """The text with a stage's length, climb and line as ``stage`` has them; NotPlain."""
    document = laid_out(plain_definition(text), place)
    (dumped,) = LISTS["stages"].dump([stage])
    there = dict(value_at(document, ("stages", place)))
    for key in ("distance_km", "ascent_m", "profile"):
        there.pop(key, None)
        if key in dumped:
            there[key] = _written(dumped[key])
    last = _written(dumped["controls"][-1])
    controls = [*there["controls"]]
    finish = {**controls[-1], "km": last["km"]}
    if "ascent_m" in last:
        finish["ascent_m"] = last["ascent_m"]
    there["controls"] = [*controls[:-1], finish]
    stages = [*document["stages"]]
    stages[place] = there
    return edited(text, {**document, "stages": stages})


def _written(value: Plain) -> Plain:
    """What a schema gives, as it reads when written."""
    if isinstance(value, Mapping):
        return {key: _written(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner) for inner in value]
    return value if isinstance(value, str) else scalar(value)


def _day(value: Plain) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
