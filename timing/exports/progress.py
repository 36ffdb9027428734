"""How far the making of a file has come, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int, str], None]
"""Told how many parts are done, of how many, and which is next."""


def nothing_told(done: int, of: int, what: str) -> None:
    """A `Progress` for whoever waits without a word."""
