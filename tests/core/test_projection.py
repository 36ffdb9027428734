"""The classification as it would be, were everyone to finish as expected (Rules 9.8)."""

from __future__ import annotations

from dataclasses import replace

from tests.core.test_road import board, splits, stage_line
from timing.core.entries import Entry
from timing.core.forecasts import Expected
from timing.core.projection import ProjectedFinish, ProjectedLine, projected
from timing.core.road import on_the_road
from timing.core.statuses import StageStatus
from timing.core.times import MINUTE


def finish(minutes: int) -> ProjectedFinish:
    """At the finish so many minutes after the start at 0, give or take ten."""
    early, middle, late = (m * MINUTE for m in (minutes - 10, minutes, minutes + 10))
    return ProjectedFinish(
        finish=Expected(
            point="FINISH",
            ordinal=3,
            distance_m=30_000,
            is_mandatory=True,
            time=middle,
            earliest=early,
            latest=late,
            seen=5,
        ),
        time=middle,
        earliest=early,
        latest=late,
    )


def told(lines: tuple[ProjectedLine, ...]) -> list[tuple[str, int | None, int | None]]:
    """Bib, rank and total in minutes."""
    return [
        (
            made.line.line.competitor.bib if isinstance(made.line.line.competitor, Entry) else "",
            made.rank,
            None if made.total is None else made.total // MINUTE,
        )
        for made in lines
    ]


def test_whoever_is_expected_earlier_leads_the_projection() -> None:
    """On the road 1 still leads by 3 minutes at CP1; 2 is expected 10 minutes earlier."""
    stages = {bib: replace(stage_line(bib), start=0) for bib in "12"}
    lines = on_the_road(
        board(("1", 100), ("2", 105)), stages, {"1": splits(CP1=60), "2": splits(CP1=58)}, {}
    )
    made = projected(lines, {"1": finish(190), "2": finish(180)})
    assert told(made) == [("2", 1, 285), ("1", 2, 290)]
    assert [line.gap for line in made] == [0, 5 * MINUTE]
    assert (made[0].earliest, made[0].latest) == (275 * MINUTE, 295 * MINUTE)


def test_a_finisher_s_total_is_no_forecast() -> None:
    stages = {
        "1": replace(stage_line("1"), start=0),
        "2": replace(stage_line("2", StageStatus.FINISHED), start=0),
    }
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        stages,
        {"1": splits(CP1=60), "2": splits(FINISH=180)},
        {"2": 285 * MINUTE},
    )
    made = projected(lines, {"1": finish(185)})
    assert told(made) == [("1", 1, 285), ("2", 1, 285)]
    assert made[1].earliest == made[1].latest == made[1].total


def test_penalties_on_the_way_count() -> None:
    stages = {"1": replace(stage_line("1", penalty=10 * MINUTE), start=0)}
    lines = on_the_road(board(("1", 100)), stages, {"1": splits(CP1=60)}, {})
    (made,) = projected(lines, {"1": finish(180)})
    assert made.total == 290 * MINUTE
    assert (made.earliest, made.latest) == (280 * MINUTE, 300 * MINUTE)


def test_whoever_is_out_or_not_expected_has_no_projection() -> None:
    stages = {
        "1": replace(stage_line("1"), start=0),
        "2": replace(stage_line("2", StageStatus.DNF), start=0),
        "3": stage_line("3", StageStatus.NOT_STARTED),
    }
    lines = on_the_road(board(("1", 100), ("2", 105), ("3", 110)), stages, {}, {})
    made = projected(lines, {"1": finish(180)})
    assert told(made) == [("1", 1, 280), ("3", None, None), ("2", None, None)]
