"""Engine and oracle agree about made-up races; and the comparison can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from tests.oracle.campaign import differing, smallest
from tests.oracle.comparing import differences, made_up
from tests.oracle.known import is_known
from tests.oracle.race import read
from timing.core import (
    boards,
    classifications,
    cutoffs,
    sanctions,
    splits,
    stage_ranking,
    stage_results,
)
from timing.core.classifications import Measured
from timing.core.ranking import TieRule
from timing.core.results import TieBreak
from timing.core.times import Rounding, round_to

PARTS_NOBODY: TieRule[Measured] = TieRule(TieBreak.PLACE_SUM, lambda tied: [0] * len(tied))

MANY = 300
SECONDS = 20
"""The machine may be slow: then fewer are compared, but never fewer than FEW."""
FEW = 60
ENOUGH = 400
"""A broken rule is noticed within so many races."""


def test_engine_and_oracle_agree() -> None:
    began = monotonic()
    for seed in range(MANY):
        assert differences(made_up(seed)) == [], f"make oracle ARGS='1 {seed}'"
        if seed >= FEW and monotonic() - began > SECONDS:
            break


def test_the_oracle_knows_all_that_is_made_up() -> None:
    assert all(is_known(read(made_up(seed))) for seed in range(50))


def _exclusive(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cutoffs.Limit, "is_beyond", lambda _, by: by >= 0)


def _rounded_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        stage_results, "round_to", lambda ms, precision, _: round_to(ms, precision, Rounding.DOWN)
    )


def _without_ties(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(classifications, "_tie_rule", lambda _link, _board: PARTS_NOBODY)


def _missing_stages_forgotten(patch: pytest.MonkeyPatch) -> None:
    add_stage = classifications.add_stage

    def forgetful(*args: Any, **kwargs: Any) -> Any:
        return {k: replace(v, is_missing=False) for k, v in add_stage(*args, **kwargs).items()}

    patch.setattr(boards, "add_stage", forgetful)


def _uncertain_sanctions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cutoffs.Missed, "is_sure", True)


def _no_backup(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splits, "_main_or_backup", lambda _, usable: usable[0])


def _no_line_judge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stage_ranking, "_judged_order", lambda *_: None)


def _cutoffs_untested(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sanctions, "missed_limits", lambda *_, **__: iter(()))


@pytest.mark.parametrize(
    "broken",
    [
        _exclusive,
        _rounded_down,
        _without_ties,
        _missing_stages_forgotten,
        _uncertain_sanctions,
        _no_backup,
        _no_line_judge,
        _cutoffs_untested,
    ],
)
def test_the_oracle_notices_a_broken_rule(
    broken: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    assert next(differing(range(ENOUGH)), None) is not None


def test_what_differs_is_told_by_a_small_racefile(monkeypatch: pytest.MonkeyPatch) -> None:
    _exclusive(monkeypatch)
    seed, _ = next(differing(range(ENOUGH)))
    told = smallest(seed)
    assert told.startswith("# ")
    assert differences(told)
    assert len(told) < len(made_up(seed)) / 2
