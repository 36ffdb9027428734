"""What the properties are tried on: every kind of ruling can be in it."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, settings

from tests.properties.races import races, rulings_in
from timing.core.definition import Race, StageKind
from timing.core.records import RULINGS, Ruling, StageAction, StageChange

ANY = settings(max_examples=3_000, phases=[Phase.generate], database=None, derandomize=True)


@pytest.fixture(scope="module")
def race() -> Race:
    return find(races(), lambda race: bool(race.divisions), settings=ANY)


@pytest.mark.parametrize("name", sorted(RULINGS))
def test_every_kind_of_ruling_can_be_drawn(name: str, race: Race) -> None:
    kind = RULINGS[name]
    found = find(rulings_in(race), lambda ruling: type(ruling) is kind, settings=ANY)
    assert isinstance(found, kind)


@pytest.mark.parametrize("action", StageAction)
def test_every_change_of_a_stage_can_be_drawn(action: StageAction, race: Race) -> None:
    def is_it(ruling: Ruling) -> bool:
        return isinstance(ruling, StageChange) and ruling.action is action

    assert is_it(find(rulings_in(race), is_it, settings=ANY))


@pytest.mark.parametrize("kind", StageKind)
def test_every_kind_of_stage_can_be_drawn(kind: StageKind) -> None:
    found = find(races(), lambda race: kind in {s.kind for s in race.stages}, settings=ANY)
    assert found.stages
