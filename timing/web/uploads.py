"""Files that somebody is about to take in: kept for an hour, by what they hold, and no longer."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

MOST_FILES = 20
KEPT_SECONDS = 3_600

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)


def keep_upload(folder: Path, content: bytes) -> str:
    """Keep a file, and give its name; old ones go, and the oldest where there are many."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(content).hexdigest()
    draft = folder / f".{name}.part"
    draft.write_bytes(content)
    draft.replace(folder / name)
    kept = sorted(
        (path for path in folder.iterdir() if _NAME.fullmatch(path.name)),
        key=lambda path: path.stat().st_mtime,
    )
    for path in kept[: max(0, len(kept) - MOST_FILES)]:
        path.unlink(missing_ok=True)
    for path in kept:
        if path.exists() and time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
    return name


def upload_named(folder: Path, name: str) -> bytes | None:
    """What was kept under a name; None where there is none any more."""
    if _NAME.fullmatch(name) is None:
        return None
    try:
        return (folder / name).read_bytes()
    except OSError:
        return None
