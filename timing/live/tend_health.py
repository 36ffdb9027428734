"""How `timing tend` is, in a file: written by it, read by those who tell of it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from timing.core.times import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHealth:
    """A task: how often it was done and failed, and how long ago it was last done."""

    name: str
    done: int
    failed: int
    failures_in_a_row: int
    seconds_since_done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TendHealth:
    """How all tasks were at a moment."""

    told: Instant
    tasks: tuple[TaskHealth, ...]


def file_of(instance: Path) -> Path:
    """Where it stands in an instance's folder."""
    return instance / "tend-health.json"


def write_health(path: Path, tasks: Sequence[TaskHealth], told: Instant) -> None:
    """Write how it is, as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps({"told": told, "tasks": [asdict(task) for task in tasks]}))
    draft.replace(path)


def read_health(path: Path) -> TendHealth | None:
    """How it was when it last said so, None where it never did."""
    try:
        told = json.loads(path.read_text())
        tasks = tuple(TaskHealth(**task) for task in told["tasks"])
        return TendHealth(told=told["told"], tasks=tasks)
    except (OSError, ValueError, KeyError, TypeError):
        return None
