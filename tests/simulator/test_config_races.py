"""The library of definitions: each is run by a simulated field, and its file comes back whole."""

from collections import Counter
from pathlib import Path

import pytest

from timing.core.compute import compute
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.problems import ProblemCode
from timing.racefile import dump, load, loads
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate

RACES = {
    path.stem: load(path).race
    for path in sorted((Path(__file__).parents[2] / "config" / "races").glob("*.yaml"))
}


def edition(definition: Race, faults: Faults) -> Document:
    sizes = [kind.size[1] for kind in definition.team_kinds]
    teams = 60 // max(sizes, default=60)
    return simulate(definition, entries=180, teams=teams if sizes else 0, seed=2026, faults=faults)


@pytest.mark.parametrize("definition", RACES.values(), ids=RACES)
def test_an_edition_without_faults_has_no_problems_but_partners_apart(definition: Race) -> None:
    found = Counter(p.code for p in compute(edition(definition, Faults.none())).problems())
    assert found.keys() <= {ProblemCode.SEPARATED}


@pytest.mark.parametrize("definition", RACES.values(), ids=RACES)
def test_an_edition_with_faults_survives_writing_and_reading(definition: Race) -> None:
    document = edition(definition, Faults())
    assert loads(dump(document), name="edition") == document


@pytest.mark.parametrize("definition", RACES.values(), ids=RACES)
def test_most_who_start_an_edition_finish_it(definition: Race) -> None:
    last = {d.code: max(d.stages) for d in definition.divisions if d.stages}
    document = edition(definition, Faults.none())
    finish_of = {s.number: s.controls[-1].code for s in definition.stages if s.controls}
    chips = {chip: e for e in document.entries for chip in e.chips}
    finished = {
        chips[p.chip].id
        for p in document.passings
        if p.chip
        and p.stage == last.get(chips[p.chip].division, max(finish_of))
        and p.control == finish_of[p.stage]
    }
    started = {chips[p.chip].id for p in document.passings if p.chip}
    relays = {e.id for e in document.entries for t in document.teams if t.code == e.team and t.legs}
    assert len(finished - relays) > 0.75 * len(started - relays)
