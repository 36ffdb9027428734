"""Compile requirements.in and requirements-dev.in into pinned versions with the hash of each file.

uv does it, in a temporary environment that is gone afterwards. What is pinned stays as it is
unless ``--upgrade`` is given or the short lists ask for something else.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.8"
OLDEST_PYTHON = "3.11"


def compile_list(uv: Path, source: str, target: str, *options: str) -> None:
    """Write ``target`` from ``source``, for every system and Python that Bivouac supports."""
    how = ["--quiet", "--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON]
    how += ["--no-header", "--no-annotate", "--no-strip-extras", *options, "--output-file", target]
    subprocess.run([uv, "pip", "compile", *how, source], cwd=PROJECT, check=True)
    print(f"{target}: compiled from {source}")


def main() -> None:
    """Compile both lists, the second within the versions of the first."""
    upgrade = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        venv.create(directory, with_pip=True)
        programs = Path(directory) / "bin"
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", UV], check=True)
        compile_list(programs / "uv", "requirements.in", "requirements.txt", *upgrade)
        within = ("--constraints", "requirements.txt")
        compile_list(
            programs / "uv", "requirements-dev.in", "requirements-dev.txt", *within, *upgrade
        )


if __name__ == "__main__":
    main()
