"""``timing simulate``: a believable race on a definition."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from timing import racefile
from timing.cli.printing import patiently, write_bytes
from timing.cli.refusals import Refused, refusing, unknown
from timing.cli.sources import read_racefile, write_file
from timing.core.document import Document
from timing.simulator.faults import BadShare, Faults
from timing.simulator.field import ImpossibleField
from timing.simulator.simulate import simulate as simulate_race

_NONE = "none"
_SHUFFLED = "shuffled"


@click.command()
@click.argument("definition", type=click.Path(path_type=Path))
@click.option("--entries", type=click.IntRange(min=1), required=True, metavar="N")
@click.option("--seed", type=int, required=True, metavar="S", help="The same seed, the same file.")
@click.option("--teams", type=click.IntRange(min=0), default=0, metavar="N")
@click.option(
    "--faults",
    "told",
    multiple=True,
    metavar="NAME=SHARE",
    help="How often records go wrong, as missed=0.02,shuffled; none for never.",
)
@click.option("--through", type=int, metavar="N", help="Only up to stage N.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH")
def simulate(
    *,
    definition: Path,
    entries: int,
    seed: int,
    teams: int,
    told: tuple[str, ...],
    through: int | None,
    out: Path | None,
) -> None:
    """Write a racefile with a believable race in it."""
    faults = parse_faults(",".join(told))
    race = read_racefile(definition).race
    if through is not None and race.stage(through) is None:
        there_are = ", ".join(str(stage.number) for stage in race.stages)
        raise Refused(f"There is no stage {through}. There are: {there_are}.")
    with refusing(ImpossibleField), patiently(f"Simulating {entries:,} entries"):
        document = simulate_race(
            race, entries=entries, teams=teams, seed=seed, faults=faults, through=through
        )
    content = _racefile(document)
    if out is None:
        write_bytes(content)
    else:
        write_file(out, content)


def parse_faults(text: str) -> Faults:
    """``none``, or shares by name, such as ``missed=0.02,shuffled``; the others are as usual."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    shares: dict[str, Any] = asdict(Faults.none() if _NONE in words else Faults())
    shares[_SHUFFLED] = _SHUFFLED in words
    names = [name for name in shares if name != _SHUFFLED]
    for word in words:
        name, _, share = word.partition("=")
        if name in names:
            shares[name] = _share(name, share)
        elif word not in (_NONE, _SHUFFLED):
            raise unknown("fault", word, (_NONE, *names, _SHUFFLED))
    with refusing(BadShare):
        return Faults(**shares)


def _share(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused(f'{name} is a share from 0 to 1, not "{text}".') from None


def _racefile(document: Document) -> bytes:
    with patiently("Writing"):
        return racefile.dump(document).encode()
