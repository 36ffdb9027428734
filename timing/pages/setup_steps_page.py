"""Set-up in steps: each a form of what it is about, the last a look at what all of it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.definition import Race
from timing.pages import addresses
from timing.pages.frame import Frame, name_and_edition
from timing.pages.setup_fields import Form, Path, Plain, Spec, path_name, shown, uncovered, value_at
from timing.pages.setup_page import Consequences, DraftLine, LineFault, definition_facts
from timing.pages.setup_specs import (
    UNDER,
    Part,
    Step,
    parts_of,
    specs_of,
    step_of,
)

_TITLES = {
    Step.RACE: "Race",
    Step.STAGES: "Stages",
    Step.GROUPS: "Divisions, teams, classifications",
    Step.RULES: "Rules",
    Step.LOOK: "Look and take",
}
_LONGEST_SHOWN = 120
_MODES = {
    "mass": "all together at",
    "waves": "in waves",
    "window": "in a window",
    "interval": "one after the other from",
    "chase": "by the gaps from",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLink:
    """A step in the line of steps; ``faults`` is how much is to be mended on it."""

    number: int
    title: str
    url: str
    is_current: bool
    faults: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A field with what stands in it, and what is wrong with that."""

    id: str
    name: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...]
    hint: str
    placeholder: str
    fault: str
    reshapes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """Fields that belong together; ``item`` is what a button takes out, empty where none does."""

    label: str
    fields: tuple[FieldShown, ...]
    item: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """A part of a step."""

    key: str
    title: str
    about: str
    groups: tuple[GroupShown, ...]
    is_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLink:
    """A stage in the list of stages."""

    url: str
    item: str
    number: str
    name: str
    facts: str
    faults: int
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A control's kilometre by a waypoint of a file: the field, what it is now and would be."""

    name: str
    label: str
    now: str
    then: str
    off_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsPage:
    """One step. ``also`` is what the text says there beyond the fields; ``stage`` from 1."""

    template: ClassVar[str] = "desk_setup_steps.html"

    frame: Frame
    slug: str
    race: str
    facts: str
    step: str
    title: str
    url: str
    next_url: str
    steps: tuple[StepLink, ...]
    parts: tuple[PartShown, ...]
    stages: tuple[StageLink, ...]
    stage: int
    can_read_course: bool
    proposals: tuple[Proposal, ...]
    also: tuple[tuple[str, str], ...]
    zones: tuple[str, ...]
    faults: tuple[LineFault, ...]
    consequences: Consequences | None
    next_version: int
    draft: DraftLine | None
    mark: str
    message: str
    is_error: bool
    is_readable: bool
    signed_in_as: str
    form_token: str


def placed(
    faults: Iterable[LineFault], specs: Iterable[Spec]
) -> tuple[dict[str, str], tuple[LineFault, ...]]:
    """What is wrong by the name of its field, and the faults that are of none of these fields."""
    names = [spec.name for spec in specs]
    found: dict[str, str] = {}
    others: list[LineFault] = []
    for fault in faults:
        name = field_of(fault.path, names)
        if not name:
            others.append(fault)
        elif name not in found:
            found[name] = said(fault)
    return found, tuple(others)


def said(fault: LineFault) -> str:
    """A fault as a sentence or two."""
    text = f"{fault.message[:1].upper()}{fault.message[1:]}."
    if fault.remedy:
        text += f" {fault.remedy[:1].upper()}{fault.remedy[1:]}."
    return text.replace("?.", "?")


def field_of(path: str, names: Sequence[str]) -> str:
    """The field that a path of a fault is about: the nearest around it, else the first within."""
    around = [
        n for n in names if path == _base(n) or path.startswith((f"{_base(n)}.", f"{_base(n)}["))
    ]
    if around and path:
        longest = max(len(_base(name)) for name in around)
        fitting = [name for name in around if len(_base(name)) == longest]
        # Of a word and its value, the value is what is mostly wrong where the path goes deeper.
        return fitting[-1] if path != _base(fitting[0]) else fitting[0]
    within = [n for n in names if path and _base(n).startswith((f"{path}.", f"{path}["))]
    return within[0] if within else ""


def _base(name: str) -> str:
    return name.partition("#")[0]


def steps_page(
    race: Race,
    document: Plain,
    *,
    step: Step,
    stage: int | None,
    faults: tuple[LineFault, ...],
    consequences: Consequences | None,
    next_version: int,
    zones: tuple[str, ...],
    draft: DraftLine | None,
    mark: str,
    typed: dict[str, str],
    proposals: tuple[Proposal, ...],
    message: str,
    is_error: bool,
    is_readable: bool,
    signed_in_as: str,
    form_token: str,
) -> StepsPage:
    """A step's page; ``document`` is the draft as written, with ``stage`` at length.

    ``stage`` is the place in the list of stages, from 0; ``typed`` is shown instead of what stands
    in the fields. ``race`` is the definition that holds now.
    """
    parts = parts_of(step, document, stage)
    specs = tuple(specs_of(parts))
    here, others = placed(faults, specs)
    under = UNDER[step] if stage is None else (("stages", stage),)
    if step is not Step.LOOK:
        others = tuple(
            fault
            for fault in others
            if not fault.path
            or (step_of(fault.path) is step and (stage is None or _is_of(fault.path, stage)))
        )
    order = tuple(Step)
    following = order[min(order.index(step) + 1, len(order) - 1)]
    slug = race.slug
    return StepsPage(
        frame=Frame(title=f"Set-up · {race.name}", styles=("board", "desk", "setup")),
        slug=slug,
        race=name_and_edition(race)[0],
        facts=definition_facts(race),
        step=step.value,
        title=_title(step, document, stage),
        url=_url(slug, step, stage),
        next_url=_url(slug, step, None) if stage is not None else _url(slug, following, None),
        steps=tuple(
            StepLink(
                number=n,
                title=_TITLES[one],
                url=_url(slug, one, None),
                is_current=one is step,
                faults=sum(1 for f in faults if step_of(f.path) is one and one is not Step.LOOK),
            )
            for n, one in enumerate(order, 1)
        ),
        parts=tuple(_part(part, document, here, typed) for part in parts),
        stages=_stages(slug, document, faults, stage) if step is Step.STAGES else (),
        stage=0 if stage is None else stage + 1,
        can_read_course=stage is not None
        and value_at(document, ("stages", stage, "kind")) != "rest",
        proposals=proposals,
        also=tuple(_also(document, under, specs)) if parts else (),
        zones=zones,
        faults=others,
        consequences=consequences,
        next_version=next_version,
        draft=draft,
        mark=mark,
        message=message,
        is_error=is_error,
        is_readable=is_readable,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _is_of(path: str, stage: int) -> bool:
    return path.startswith(f"stages[{stage}]") or not path.startswith("stages[")


def _url(slug: str, step: Step, stage: int | None) -> str:
    return addresses.desk_setup_step(slug, step.value, None if stage is None else stage + 1)


def _title(step: Step, document: Plain, stage: int | None) -> str:
    if stage is None:
        return _TITLES[step]
    number = value_at(document, ("stages", stage, "number"))
    name = value_at(document, ("stages", stage, "name"))
    title = f"Stage {number}" if isinstance(number, str) else "Stage"
    return f"{title}: {name}" if isinstance(name, str) else title


def _part(part: Part, document: Plain, faults: dict[str, str], typed: dict[str, str]) -> PartShown:
    return PartShown(
        key=part.key,
        title=part.title,
        about=part.about,
        is_list=bool(part.one),
        groups=tuple(
            GroupShown(
                label=_item_label(part, document, group.item, is_new=group.is_new),
                fields=tuple(
                    _field(spec, value, faults.get(spec.name, ""), typed)
                    for spec in group.specs
                    if (value := shown(document, spec)) is not None
                ),
                item="" if group.is_new or not group.item else path_name(group.item),
                is_new=group.is_new,
            )
            for group in part.groups
        ),
    )


def _item_label(part: Part, document: Plain, item: Path, *, is_new: bool) -> str:
    if not item:
        return ""
    if is_new:
        return f"One more {part.one}"
    code = value_at(document, (*item, "code"))
    return f"{part.one.capitalize()} {code}" if isinstance(code, str) else part.one.capitalize()


def _field(spec: Spec, value: str, fault: str, typed: dict[str, str]) -> FieldShown:
    value = typed.get(spec.name, value)
    options = spec.options
    if options and value not in dict(options):
        options = (*options, (value, value))
    return FieldShown(
        id="f-" + "".join(sign if sign.isalnum() else "-" for sign in spec.name),
        name=spec.name,
        label=spec.label,
        # A day that is none would vanish from an input of days.
        kind="text" if spec.kind == "date" and fault and value else spec.kind,
        value=value,
        options=options,
        hint=spec.hint,
        placeholder=spec.placeholder,
        fault=fault,
        reshapes=spec.form is Form.MODE or (spec.path[-1] == "kind" and spec.path[0] == "stages"),
    )


def _stages(
    slug: str, document: Plain, faults: Iterable[LineFault], current: int | None
) -> tuple[StageLink, ...]:
    stages = value_at(document, ("stages",))
    faults = tuple(faults)
    return tuple(
        StageLink(
            url=addresses.desk_setup_step(slug, Step.STAGES.value, n + 1),
            item=f"stages[{n}]",
            number=_text(stage, "number") or "?",
            name=_text(stage, "name") or _text(stage, "date"),
            facts=_stage_facts(stage),
            faults=sum(1 for fault in faults if fault.path.startswith(f"stages[{n}]")),
            is_current=n == current,
        )
        for n, stage in enumerate(stages if isinstance(stages, list) else ())
    )


def _text(value: Plain, key: str) -> str:
    found = value_at(value, (key,))
    return found if isinstance(found, str) else ""


def _stage_facts(stage: Plain) -> str:
    if _text(stage, "kind") == "rest":
        return "a rest day"
    controls = value_at(stage, ("controls",))
    controls = controls if isinstance(controls, list) else []
    km = _text(stage, "distance_km") or (_text(controls[-1], "km") if controls else "")
    start = value_at(stage, ("start",))
    mode = _text(start, "mode") or "mass"
    at = start if isinstance(start, str) else _text(start, "at") or _text(start, "first")
    facts = [
        f"{km} km" if km else "",
        f"{climb} m up" if (climb := _text(stage, "ascent_m")) else "",
        f"{len(controls)} controls" if controls else "",
        f"{_MODES.get(mode, mode)} {at.removesuffix(':00')}".strip() if start else "no start",
    ]
    day = _text(stage, "date") if _text(stage, "name") else ""
    return ", ".join(filter(None, (day, *facts)))


def _also(
    document: Plain, under: Iterable[Path], specs: Iterable[Spec]
) -> Iterable[tuple[str, str]]:
    specs = tuple(specs)
    for path in under:
        for name, value in uncovered(document, path, specs):
            if (name.startswith("race.rules") and path == ("race",)) or name == "race.slug":
                continue
            yield name, _briefly(value)


def _briefly(value: Plain) -> str:
    if isinstance(value, list) and len(value) > 6:
        return f"{len(value)} of them"
    text = str(_flat(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _flat(value: Plain) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "; ".join(_flat(inner) for inner in value)
    return str(value)
