"""What some tests need beside the Python packages, and what happens without it.

On a developer's machine such a test is skipped and says why. Where the environment variable
``CI`` is set it fails: a run that is trusted must have run everything.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

PROJECT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing(what: str) -> NoReturn:
    """End the test that needs this: skipped, or failed where ``CI`` is set."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: required where CI is set", pytrace=False)
    pytest.skip(what)


def chromium_executable() -> str:
    """The system's Chromium: ``$CHROMIUM`` if set, else the first of BROWSERS on the path."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else BROWSERS:
        if found := shutil.which(name):
            return found
    missing(f"no browser found: {named or ', '.join(BROWSERS)} (set CHROMIUM to name another)")


def shared_data_directory() -> Path:
    """The folder of real results kept beside the project, never inside it."""
    directory = PROJECT.parent / "shared" / "data"
    if not directory.is_dir():
        missing("the folder ../shared/data with real results is not here")
    return directory
