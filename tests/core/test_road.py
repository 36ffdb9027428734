"""The classification on the road (Rules 9.8)."""

from __future__ import annotations

import pytest

from timing.core.definition import Classification, Of, Source
from timing.core.entries import Entry, Team
from timing.core.results import Board, Line, Split, StageLine
from timing.core.road import RoadLine, on_the_road
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import MINUTE, Duration

GC = Classification(code="gc", of=Of.SOLO)
POINTS = {"START": 0, "CP1": 10_000, "CP2": 20_000, "FINISH": 30_000}


def board(*totals: tuple[str, int | None], after: int = 4) -> Board:
    """Lines by bib with their totals in minutes; None is unranked."""
    return Board(
        code="gc",
        classification=GC,
        after=after,
        lines=tuple(
            Line(
                competitor=Entry(id=bib, bib=bib),
                division="",
                categories=(),
                status=RaceStatus.RACING,
                rank=None if minutes is None or not after else place,
                time=None if minutes is None else minutes * MINUTE,
            )
            for place, (bib, minutes) in enumerate(totals, start=1)
        ),
    )


def stage_line(
    bib: str, status: StageStatus = StageStatus.ON_COURSE, penalty: Duration = 0
) -> StageLine:
    return StageLine(
        competitor=Entry(id=bib, bib=bib),
        division="",
        categories=(),
        status=status,
        penalty=penalty,
        time=0 if status is StageStatus.FINISHED else None,
    )


def splits(**minutes: int | None) -> tuple[Split, ...]:
    """Splits by point with minutes since the start; None where the start is not known."""
    return tuple(
        Split(
            point=point,
            distance_m=POINTS[point],
            time=(elapsed or 0) * MINUTE,
            elapsed=None if elapsed is None else elapsed * MINUTE,
            record=point,
            source=Source.CHIP,
        )
        for point, elapsed in minutes.items()
    )


def standing(lines: tuple[RoadLine, ...]) -> list[tuple[str, int | None, int | None]]:
    """Bib, rank and gap in minutes."""
    return [
        (
            line.line.competitor.bib if isinstance(line.line.competitor, Entry) else "",
            line.rank,
            None if line.gap is None else line.gap // MINUTE,
        )
        for line in lines
    ]


def test_before_anybody_is_seen_the_gaps_are_those_of_the_totals() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)), {"1": stage_line("1"), "2": stage_line("2")}, {}, {}
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 5)]


def test_gaps_are_taken_at_the_latest_control_that_both_passed() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {"1": stage_line("1"), "2": stage_line("2")},
        {"1": splits(CP1=60, CP2=130), "2": splits(CP1=62)},
        {},
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 7)]


def test_whoever_was_ahead_at_an_earlier_control_still_leads() -> None:
    """The one furthest on does not lead by being first there."""
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {"1": stage_line("1"), "2": stage_line("2")},
        {"1": splits(CP1=60), "2": splits(CP1=58, CP2=120)},
        {},
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 3)]


def test_the_first_finisher_does_not_lead_alone() -> None:
    """Rules 9.4."""
    lines = on_the_road(
        board(("1", 100), ("2", 120)),
        {"1": stage_line("1"), "2": stage_line("2", StageStatus.FINISHED)},
        {"1": splits(CP1=60, CP2=125), "2": splits(CP1=60, CP2=120, FINISH=180)},
        {"2": 300 * MINUTE},
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 15)]
    assert [line.is_settled for line in lines] == [False, True]


def test_between_finishers_the_gap_is_that_of_the_new_totals() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {b: stage_line(b, StageStatus.FINISHED) for b in "12"},
        {b: splits(FINISH=180) for b in "12"},
        {"1": 290 * MINUTE, "2": 285 * MINUTE},
    )
    assert standing(lines) == [("2", 1, 0), ("1", 2, 5)]


def test_a_finisher_by_a_declared_time_needs_no_read() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {"1": stage_line("1", StageStatus.FINISHED), "2": stage_line("2")},
        {"2": splits(CP1=50)},
        {"1": 280 * MINUTE},
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 5)]
    assert lines[0].total == 280 * MINUTE


def test_a_penalty_on_the_running_stage_counts_at_once() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {"1": stage_line("1", penalty=10 * MINUTE), "2": stage_line("2")},
        {"1": splits(CP1=60), "2": splits(CP1=60)},
        {},
    )
    assert standing(lines) == [("2", 1, 0), ("1", 2, 5)]


def test_equal_gaps_share_a_rank_in_the_order_of_bibs() -> None:
    lines = on_the_road(
        board(("10", 100), ("9", 100), ("3", 101)),
        {b: stage_line(b) for b in ("10", "9", "3")},
        {},
        {},
    )
    assert standing(lines) == [("9", 1, 0), ("10", 1, 0), ("3", 3, 1)]


@pytest.mark.parametrize(
    "status", [StageStatus.DNF, StageStatus.OTL, StageStatus.DNS, StageStatus.DSQ]
)
def test_who_is_out_on_the_stage_stands_at_the_end_without_a_rank(status: StageStatus) -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {"1": stage_line("1", status), "2": stage_line("2")},
        {"1": splits(CP1=60)},
        {},
    )
    assert standing(lines) == [("2", 1, 0), ("1", None, None)]
    assert lines[1].split is not None


def test_who_was_unranked_before_stays_so() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", None)), {"1": stage_line("1"), "2": stage_line("2")}, {}, {}
    )
    assert standing(lines) == [("1", 1, 0), ("2", None, None)]


def test_on_the_first_stage_everyone_starts_level() -> None:
    lines = on_the_road(
        board(("1", None), ("2", None), after=0),
        {"1": stage_line("1"), "2": stage_line("2")},
        {"2": splits(START=0, CP1=55), "1": splits(START=0, CP1=50)},
        {},
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 5)]


def test_whoever_does_not_run_the_stage_keeps_the_gap_of_before() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)), {"1": stage_line("1")}, {"1": splits(CP1=60)}, {}
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 5)]
    assert lines[1].is_settled


def test_a_split_without_a_known_start_measures_nothing() -> None:
    lines = on_the_road(
        board(("1", 100), ("2", 105)),
        {"1": stage_line("1"), "2": stage_line("2")},
        {"1": splits(CP1=60), "2": splits(CP1=None)},
        {},
    )
    assert standing(lines) == [("1", 1, 0), ("2", 2, 5)]


def test_with_nobody_racing_there_is_nobody_to_rank() -> None:
    lines = on_the_road(board(("1", None)), {"1": stage_line("1")}, {}, {})
    assert standing(lines) == [("1", None, None)]


def test_teams_have_no_place_on_the_road() -> None:
    team = Line(
        competitor=Team(code="T1"), division="", categories=(), status=RaceStatus.RACING, rank=1
    )
    with pytest.raises(TypeError):
        on_the_road(Board(code="pairs", classification=GC, after=1, lines=(team,)), {}, {}, {})
