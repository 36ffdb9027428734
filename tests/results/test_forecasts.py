"""Forecasts against what came, on real splits: nearer than the usual methods (Rules 11.2)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.forecasting.baselines import constant_pace, median_ratio
from benchmarks.forecasting.races import Replayed, enduros, ultras
from benchmarks.forecasting.replay import Outcome, Target, replay

OURS = "Bivouac"
BASELINES = {"constant pace": constant_pace, "median ratio": median_ratio}


def off(outcomes: Iterable[Outcome]) -> float:
    """The mean absolute error as a share of the time to the point."""
    those = list(outcomes)
    return sum(abs(o.error) for o in those) / sum(o.remaining for o in those)


def outcomes_of(races: Iterable[Replayed]) -> list[Outcome]:
    return [o for race in races for o in replay(race, BASELINES) if not o.is_at_start]


@pytest.fixture(scope="module")
def of_ultras(shared_data: Path) -> list[Outcome]:
    return outcomes_of(ultras(shared_data))


@pytest.fixture(scope="module")
def of_enduros(shared_data: Path) -> list[Outcome]:
    """Four of the ten events: the others take long and say the same."""
    return outcomes_of(enduros(shared_data)[:4])


@pytest.mark.parametrize("target", [Target.NEXT, Target.FINISH])
@pytest.mark.parametrize("is_cold", [True, False])
def test_ultras_are_forecast_nearer_than_by_either_other_method(
    of_ultras: list[Outcome], target: Target, is_cold: bool
) -> None:
    cell = [o for o in of_ultras if o.target is target and o.is_cold is is_cold]
    ours = [o for o in cell if o.method == OURS]
    assert len(ours) > 40
    for method in BASELINES:
        assert off(ours) < off(o for o in cell if o.method == method)
    assert 0.70 <= sum(bool(o.is_inside) for o in ours) / len(ours) <= 0.95


@pytest.mark.parametrize("target", [Target.NEXT, Target.FINISH])
def test_enduros_are_forecast_nearer_once_some_have_come_through(
    of_enduros: list[Outcome], target: Target
) -> None:
    cell = [o for o in of_enduros if o.target is target and not o.is_cold]
    ours = [o for o in cell if o.method == OURS]
    assert len(ours) > 40
    for method in BASELINES:
        assert off(ours) < off(o for o in cell if o.method == method)
    assert 0.70 <= sum(bool(o.is_inside) for o in ours) / len(ours) <= 0.90
