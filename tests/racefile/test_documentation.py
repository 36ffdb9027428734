"""docs/racefile.md names every key, no other, and its examples load."""

import re
from pathlib import Path

import pytest

from timing.core.records import RULINGS
from timing.racefile import loads
from timing.racefile.classifications import (
    ClassificationSchema,
    ExclusionSchema,
    JerseySchema,
    SegmentSchema,
)
from timing.racefile.competitors import (
    CategorySchema,
    DivisionSchema,
    EntrySchema,
    SeparationSchema,
    TeamKindSchema,
    TeamSchema,
)
from timing.racefile.document import DocumentSchema
from timing.racefile.parts import Part
from timing.racefile.passings import PassingSchema
from timing.racefile.rules import (
    CutoffRulesSchema,
    PenaltyRuleSchema,
    RaceSchema,
    RulesSchema,
    UnfinishedSchema,
)
from timing.racefile.rulings import RULING_SCHEMAS, RulingSchema
from timing.racefile.stages import (
    ControlSchema,
    CutoffSchema,
    SelectionSchema,
    StageSchema,
    StartSchema,
    WaveSchema,
)

PAGE = (Path(__file__).parents[2] / "docs" / "racefile.md").read_text(encoding="utf-8")

SECTIONS: dict[str, list[type[Part]]] = {
    "document": [DocumentSchema],
    "race": [RaceSchema],
    "rules": [RulesSchema],
    "rules: cutoff": [CutoffRulesSchema],
    "rules: unfinished": [UnfinishedSchema],
    "penalties": [PenaltyRuleSchema],
    "divisions": [DivisionSchema],
    "categories": [CategorySchema],
    "team_kinds": [TeamKindSchema],
    "team_kinds: separation": [SeparationSchema],
    "stages": [StageSchema],
    "start": [StartSchema],
    "waves": [WaveSchema, SelectionSchema],
    "controls": [ControlSchema],
    "cutoff": [CutoffSchema],
    "classifications": [ClassificationSchema],
    "segments": [SegmentSchema],
    "exclude": [ExclusionSchema],
    "jerseys": [JerseySchema],
    "entries": [EntrySchema],
    "teams": [TeamSchema],
    "passings": [PassingSchema],
}


def section(title: str) -> str:
    parts = re.split(r"^#{2,3} (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def keys_in_first_column(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_names_every_key_and_no_other(title: str) -> None:
    known = [key for schema in SECTIONS[title] for key in schema().key_names()]
    assert sorted(keys_in_first_column(section(title))) == sorted(known)


def test_the_section_of_rulings_names_their_common_keys_and_every_ruling() -> None:
    named = keys_in_first_column(section("rulings"))
    assert sorted(named) == sorted([*RulingSchema().key_names(), *RULINGS])


@pytest.mark.parametrize("name", RULING_SCHEMAS)
def test_every_ruling_is_described_with_its_own_keys_and_no_other(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| ([^|]*) \|", section("rulings"), flags=re.MULTILINE)
    assert row is not None
    own = [k for k in RULING_SCHEMAS[name].key_names() if k not in RulingSchema().key_names()]
    assert sorted(re.findall(r"`(\w+)`", row[1])) == sorted(own)


def test_every_ruling_of_the_core_has_a_schema() -> None:
    assert list(RULING_SCHEMAS) == list(RULINGS)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))
def test_an_example_loads(example: str) -> None:
    assert loads(example, name="example.yaml").race.stages


def test_the_lines_of_passings_load() -> None:
    (lines,) = re.findall(r"```\n(# stage.*?)```", PAGE, flags=re.DOTALL)
    stage = (
        "controls: [{code: START, km: 0}, {code: PASS, km: 5}, {code: HUT, km: 7, in_out: true},"
        " {code: FINISH, km: 9}]"
    )
    text = (
        "race: {slug: x, timezone: UTC}\nstages:\n"
        f"  - {{number: 1, date: 2026-08-28, {stage}}}\n"
        f"  - {{number: 2, date: 2026-08-29, {stage}}}\n"
        "passings: |\n" + "".join(f"  {line}\n" for line in lines.splitlines())
    )
    assert len(loads(text, name="example.yaml").passings) == 4


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", PAGE, flags=re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings
