"""Check the files kept in git for what must not be in them.

No addresses of package indexes in the pinned requirements (the hashes say what is right, wherever
it comes from), and no paths of the machine somebody works on.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

INDEX = re.compile(r"://|index-url|find-links|trusted-host")
SOMEBODYS_HOME = r"/(?:home|Users)/[\w.-]+"
ANY_MACHINE = frozenset(map(Path, ("/", "/opt", "/srv", "/tmp", "/usr", "/var")))  # noqa: S108
THIS_MACHINE = {PROJECT, PROJECT.parent, Path.home()} - ANY_MACHINE
PRIVATE = "|".join((SOMEBODYS_HOME, *(re.escape(str(path)) for path in THIS_MACHINE)))
MACHINE_PATH = re.compile(rf"(?<![\w.])(?:{PRIVATE})/")


def kept_files() -> Iterator[Path]:
    """Every file that git keeps or would add, except what is vendored as it came."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        path = PROJECT / name
        if name and "vendor" not in path.parts and path.is_file():
            yield path


def complaints(path: Path) -> Iterator[str]:
    """One line for each place in a file that should not be there."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:  # a picture, a font
        return
    pinned = path.name.startswith("requirements") and path.suffix == ".txt"
    for number, line in enumerate(lines, start=1):
        place = f"{path.relative_to(PROJECT)}:{number}"
        if pinned and INDEX.search(line):
            yield f"{place}: pinned requirements name no index and no address"
        if found := MACHINE_PATH.search(line):
            yield f"{place}: a path of one machine: {found[0]}"


def main() -> int:
    """Print what is wrong; 0 if nothing is."""
    found = [complaint for path in kept_files() for complaint in complaints(path)]
    print("\n".join(found) if found else "Nothing in the tree that belongs to one machine.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
