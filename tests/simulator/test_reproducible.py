"""The same seed gives the same document, whenever, wherever and however it is made."""

import hashlib
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.simulator.editions import CHASE, PAIR, race, stage
from timing.core.document import Document
from timing.core.plain import canonical, record_to_plain
from timing.core.records import Record
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate

ROOT = Path(__file__).parents[2]

DIGEST = """
from tests.simulator.test_reproducible import digest, edition
print(digest(edition(5)))
"""


def edition(seed: int) -> Document:
    definition = race(stage(1), stage(2, CHASE), kinds=(PAIR,))
    return simulate(definition, entries=60, teams=10, seed=seed, faults=Faults(missed=0.1))


def digest(document: Document) -> str:
    """Of all that was simulated, in its order."""
    records: list[Record] = [*document.passings, *document.rulings]
    plain = [canonical(record_to_plain(record)) for record in records]
    text = "\n".join([repr(document.entries), repr(document.teams), *plain])
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_same_seed_gives_the_same_document() -> None:
    assert edition(5) == edition(5)


def test_another_seed_gives_other_people_and_other_times() -> None:
    one, other = edition(5), edition(6)
    assert {e.name for e in one.entries} != {e.name for e in other.entries}
    assert not {p.id for p in one.passings} & {p.id for p in other.passings}


def test_the_global_generator_is_neither_used_nor_disturbed() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    one = edition(5)
    assert random.random() == expected
    random.seed(2)
    assert edition(5) == one


def test_another_process_with_another_hash_seed_makes_the_same() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "4242")
    }
    assert found == {digest(edition(5))}


def test_every_record_has_an_id_of_its_own_in_the_form_of_a_uuid() -> None:
    document = edition(5)
    ids = [p.id for p in document.passings] + [r.id for r in document.rulings]
    assert len(set(ids)) == len(ids)
    for record in ids:
        assert [len(part) for part in record.split("-")] == [8, 4, 4, 4, 12]
        assert (record[14], record[19] in "89ab") == ("8", True)


def test_races_of_one_seed_share_no_record() -> None:
    definition = race(stage(1))
    ids = [
        {p.id for p in simulate(r, entries=10, seed=5, faults=Faults.none()).passings}
        for r in (definition, replace(definition, slug="another"))
    ]
    assert not ids[0] & ids[1]
