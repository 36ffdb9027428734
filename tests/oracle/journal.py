"""Which records count, who they are about, and what was decided last (Rules 4, 6.1, 10)."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.oracle.times import instant

Plain: TypeAlias = dict[str, Any]
"""A mapping of the document, all its scalars text."""


@dataclass(slots=True, kw_only=True)
class Read:
    """A line of ``passings``."""

    id: str
    stage: str
    control: str
    bib: str
    time: str
    keys: dict[str, str]


def reads_of(block: str) -> list[Read]:
    """The lines of a text block of passings."""
    found: list[Read] = []
    for line in block.splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        stage, control, bib, time, *rest = words
        if time.startswith("+"):
            time, rest = f"{time} {rest[0]}", rest[1:]
        keys = dict(word.split("=", 1) for word in rest)
        found.append(
            Read(
                id=keys.pop("id", f"line {len(found)}"),
                stage=stage,
                control=control,
                bib=bib,
                time=time,
                keys=keys,
            )
        )
    return found


def made_at(ruling: Plain) -> tuple[int, str]:
    """What orders rulings: the moment, then the id."""
    moment = instant(ruling["at"])
    assert moment is not None
    return moment, ruling["id"]


def texts(value: Any) -> list[str]:
    """One or several, as a list."""
    if value is None:
        return []
    return value.split() if isinstance(value, str) else list(value)


def bibs_of(ruling: Plain) -> list[str]:
    """The bibs a ruling names."""
    return texts(ruling.get("bibs")) or texts(ruling.get("bib"))


class Journal:
    """The records that are not voided and not replaced."""

    def __init__(self, document: Plain) -> None:
        """Take the lists as they are; their order means nothing."""
        rulings = [
            {"id": f"ruling {n}", **ruling} for n, ruling in enumerate(document.get("rulings", []))
        ]
        rulings.sort(key=made_at)
        self._all = rulings
        self.rulings = [r for r in rulings if not self._is_voided(r["id"])]
        self.rulings = [
            r for r in self.rulings if not self._is_replaced(r["id"]) and not self._is_outdone(r)
        ]
        self.reads = [
            r for r in reads_of(document.get("passings", "")) if not self._is_voided(r.id)
        ]

    def _may_undo(self, ruling: Plain, record: str) -> bool:
        """Those that undo others are undone by later ones alone: no circle ever closes."""
        undone = next((r for r in self._all if r["id"] == record), None)
        undoes = undone is not None and (
            undone["ruling"] == "void" or bool(texts(undone.get("supersedes")))
        )
        return undone is None or not undoes or made_at(ruling) > made_at(undone)

    def _is_voided(self, record: str) -> bool:
        return any(
            self._may_undo(r, record)
            and not self._is_voided(r["id"])
            and not self._is_replaced(r["id"])
            for r in self._all
            if r["ruling"] == "void" and r["record"] == record
        )

    def _is_replaced(self, record: str) -> bool:
        """Replaced for good, unless what replaced it was voided."""
        return any(
            self._may_undo(r, record) and not self._is_voided(r["id"])
            for r in self._all
            if record in texts(r.get("supersedes"))
        )

    def _is_outdone(self, ruling: Plain) -> bool:
        """Of two that replace the same the later counts."""
        replaces = set(texts(ruling.get("supersedes")))
        return any(
            replaces & set(texts(r.get("supersedes")))
            and made_at(r) > made_at(ruling)
            and not self._is_voided(r["id"])
            for r in self._all
        )

    def of(self, kind: str, stage: str | None = None) -> list[Plain]:
        """The rulings of a kind that count, in their order; of a stage if one is given."""
        return [
            r
            for r in self.rulings
            if r["ruling"] == kind and (stage is None or r.get("stage") == stage)
        ]

    def last(self, kind: str, stage: str) -> Plain | None:
        """Of several that contradict each other the later counts."""
        return next(reversed(self.of(kind, stage)), None)
