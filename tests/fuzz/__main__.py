"""`make fuzz`: racefiles that atheris makes up, led by what of loader and engine they reach.

python -m tests.fuzz [SECONDS] [CORPUS]

Runs for so many seconds (60) and ends with status 0, or at once at the first racefile whose
answer is an exception or takes longer than `PATIENCE`: that file is then in the working directory
as ``crash-…`` or ``timeout-…``, and ``python -m tests.fuzz FILE`` asks it alone. What was found
to reach more is kept in CORPUS, by default a folder that is gone afterwards.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path
from random import Random

import atheris

# What the seeds import is to be watched too, so that they come in here as well.
with atheris.instrument_imports(include=["timing.core", "timing.racefile", "timing.pages"]):
    from tests.fuzz.asking import ask_all_of_text
    from tests.fuzz.mutating import Mutator
    from tests.fuzz.seeds import texts, tree_of

LONGEST = 40_000
"""Bytes of a racefile made up."""

PATIENCE = 25
"""Seconds that one racefile may take, all its answers together."""

OWN_WAY = 0.15
"""How often bytes are changed as atheris likes, rather than keys and values."""


def one(content: bytes) -> None:
    """Ask everything of what may be a racefile."""
    try:
        ask_all_of_text(content.decode("utf-8", errors="replace"))
    except BaseException:
        # At the end of the process libFuzzer does not always get to writing it.
        Path(f"crash-{hashlib.sha256(content).hexdigest()[:16]}").write_bytes(content)
        raise


def mutated(content: bytes, most: int, seed: int) -> bytes:
    """Other content: mostly another document of keys and values, sometimes other bytes."""
    random = Random(seed)
    if random.random() >= OWN_WAY:
        tree = tree_of(content.decode("utf-8", errors="replace"))
        if tree is not None:
            made = Mutator(random).changed(tree).encode(errors="replace")
            if len(made) <= most:
                return made
    other: bytes = atheris.Mutate(content, most)
    return other


def main(arguments: list[str]) -> None:
    """Ask for as long as told, from the seeds and the corpus; or ask one file."""
    name = sys.argv[0]
    if arguments and Path(arguments[0]).is_file():
        ask_all_of_text(Path(arguments[0]).read_text(encoding="utf-8", errors="replace"))
        return
    seconds = int(arguments[0]) if arguments else 60
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder) / "seeds"
        kept = Path(arguments[1]) if len(arguments) > 1 else Path(folder) / "kept"
        seeds.mkdir()
        kept.mkdir(parents=True, exist_ok=True)
        for n, text in enumerate(texts()):
            (seeds / f"{n}.yaml").write_text(text, encoding="utf-8")
        options = [
            f"-max_total_time={seconds}",
            f"-timeout={PATIENCE}",
            f"-max_len={LONGEST}",
            "-rss_limit_mb=4096",
        ]
        atheris.Setup([name, *options, str(kept), str(seeds)], one, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
