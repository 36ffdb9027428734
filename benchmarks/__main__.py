"""``make bench``: run the benchmarks, print what they measured, and record it if asked to."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import benchmarks
from benchmarks.figures import Figure, Spread, spreads
from benchmarks.report import circumstances, replaced, section

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


class Benchmark(Protocol):
    """A module of this folder that measures something."""

    NAME: str
    TARGET: str

    def run(self) -> Iterable[Figure]:
        """Measure once. What is only preparation stays outside of what is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A benchmark and what its repetitions said."""

    benchmark: Benchmark
    spread: tuple[Spread, ...]


def discovered() -> dict[str, Benchmark]:
    """The modules of this folder that have a NAME, by the module's name."""
    found = {}
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name != "__main__":
            loaded = importlib.import_module(f"benchmarks.{module.name}")
            if hasattr(loaded, "NAME"):
                found[module.name] = cast(Benchmark, loaded)
    return found


def measured(chosen: Iterable[Benchmark], repetitions: int, console: Console) -> Iterator[Measured]:
    """Run each benchmark several times."""
    for benchmark in chosen:
        turns = track(range(repetitions), benchmark.NAME, console=console, transient=True)
        yield Measured(benchmark=benchmark, spread=spreads([tuple(benchmark.run()) for _ in turns]))


@click.command(help="Measure what docs/performance.md states; without names, all of it.")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--repetitions", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--write", is_flag=True, help=f"Record the figures in docs/{DOCUMENT.name}.")
def main(*, names: tuple[str, ...], repetitions: int, write: bool) -> None:
    """Measure, print and, if asked to, record."""
    known = discovered()
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"no benchmark {unknown[0]}; there are: {', '.join(known)}")
    where = circumstances()
    console = Console()
    console.print(str(where))
    table = Table("", "least", "median", "most")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in measured((known[name] for name in names or known), repetitions, console):
        benchmark = one.benchmark
        table.add_section()
        table.add_row(f"[bold]{benchmark.NAME}[/]")
        table.add_row(f"[dim]{benchmark.TARGET}[/]")
        for spread in one.spread:
            table.add_row(*spread.cells())
        if write:
            new = section(
                name=benchmark.NAME,
                target=benchmark.TARGET,
                spread=one.spread,
                repetitions=repetitions,
                where=where,
            )
            text = DOCUMENT.read_text(encoding="utf-8")
            DOCUMENT.write_text(replaced(text, benchmark.NAME, new), encoding="utf-8")
    console.print(table)


if __name__ == "__main__":
    main(prog_name="make bench")
