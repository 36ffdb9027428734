"""Every figure can be explained, and what is told adds up to it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from timing import racefile
from timing.cli.demo import DEFINITION
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.explain import explain
from timing.core.times import parse_duration, parse_instant
from timing.operations.demo import edition, opening
from timing.pages.explanations import Passage, passages


def test_what_is_told_of_a_stage_adds_up_to_its_time(run: Run, two_days: Path) -> None:
    result = run("explain", two_days, "--bib", "12", "--stage", "1")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "12 Lind, Bo"
    assert "Stage 1, Andermatt – Disentis" in lines
    assert any("+4:00:30" in line and "Rules 1.1" in line for line in lines)
    assert any("+0:01:00" in line and "No whistle" in line and "Rules 6" in line for line in lines)
    assert any("The stage’s time is 4:01:30." in line for line in lines)


def test_each_record_behind_a_figure_is_named(run: Run, two_days: Path) -> None:
    told = run("explain", two_days, "--bib", "9").stdout
    raw = run("export", two_days, "--format", "racefile").stdout

    of_bib_9 = [line for line in raw.splitlines() if line.split()[2:3] == ["9"]]
    ids = [line.partition("id=")[2].split()[0] for line in of_bib_9]
    assert len(ids) == 4
    assert all(record in told for record in ids)


def test_a_bib_nobody_wears_is_refused(run: Run, two_days: Path) -> None:
    result = run("explain", two_days, "--bib", "10")

    assert result.exit_code == 2
    assert 'There is no bib "10"' in result.stderr


@pytest.fixture(scope="module")
def demo_race() -> RaceBook:
    """A smaller field on the demo's edition, as it stands when the demo begins."""
    definition = racefile.load(DEFINITION).race
    now = parse_instant("2026-11-21T12:00:00Z")
    return compute(opening(edition(definition, now, entries=90, teams=20)))


def added(passage: Passage) -> int:
    return sum(parse_duration(s.adds.removeprefix("+")) for s in passage.sentences if s.adds)


def test_for_any_runner_of_the_demo_the_words_add_up_to_every_figure(demo_race: RaceBook) -> None:
    book, checked = demo_race, 0
    for entry in book.entries():
        explanation = explain(book, entry.id)
        told = passages(explanation, book.race)
        stages = (*explanation.stages, *explanation.team_stages)
        times = [stage.line.time if stage.line else None for stage in stages]
        times += [total.line.time for total in explanation.totals]
        for passage, time in zip(told, times, strict=True):
            assert all(said.rule for said in passage.sentences)
            if time is not None:
                assert added(passage) == time, (entry.bib, passage)
                checked += 1

    assert checked > 90 * 4


def test_for_any_runner_of_the_demo_each_split_names_its_record(demo_race: RaceBook) -> None:
    book = demo_race
    for entry in book.entries():
        for stage in explain(book, entry.id).stages:
            named = {record for reason in stage.reasons for record in reason.records}
            assert {split.record for split in book.splits(stage.stage, entry.id)} <= named
