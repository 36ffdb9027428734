"""The place of a control: where somebody stands, whichever way and lap is meant."""

from __future__ import annotations


def post_of(control: str) -> str:
    """The place of a control, whichever way and lap: ``HUT`` of ``LAP2:HUT.out``."""
    return control.rpartition(":")[2].partition(".")[0]
