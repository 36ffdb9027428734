"""`make oracle`: thousands of made-up races, over two processes; exit status 1 if any differs.

python -m tests.oracle [COUNT] [FIRST_SEED] [FOLDER]
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.oracle.campaign import differing, write_down

CHUNK = 250
PROCESSES = 2


def of_chunk(seeds: range) -> list[tuple[int, str]]:
    """What differs among some seeds."""
    return list(differing(seeds))


def main(arguments: list[str]) -> int:
    """Compare, say how far it is, and write down what differs."""
    count = int(arguments[0]) if arguments else 20_000
    first = int(arguments[1]) if len(arguments) > 1 else 0
    folder = Path(arguments[2]) if len(arguments) > 2 else Path()
    last = first + count
    chunks = [range(n, min(n + CHUNK, last)) for n in range(first, last, CHUNK)]
    found = done = 0
    say(f"{count} races from seed {first} to {last - 1}")
    with ProcessPoolExecutor(PROCESSES) as pool:
        for chunk, differ in zip(chunks, pool.map(of_chunk, chunks), strict=True):
            done += len(chunk)
            found += len(differ)
            for seed, what in differ:
                say(f"seed {seed}: {what}")
                say(f"  written to {write_down(seed, folder)}")
            say(f"{done} of {count}, {found} differ", end="\r")
    say(f"{done} races, {found} differ")
    return int(found > 0)


def say(text: str, end: str = "\n") -> None:
    """Write a line at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
