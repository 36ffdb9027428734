"""What of a signed result comes out differently now, by ids (Rules 12.1)."""

from __future__ import annotations

from typing import Any

from timing.core.plain import canonical


def signed_differences(frozen: Any, now: Any) -> tuple[str, ...]:  # noqa: ANN401 - as JSON has it
    """A line for each that stands otherwise: both are what `frozen_of` makes.

    ``stage 2: e7 was rank 1, is rank 3``; rank ``None`` is none.
    """
    told: list[str] = []
    for part in ("boards", "stages"):
        for code in sorted({*frozen[part], *now[part]}):
            before = {_who(line): line for line in frozen[part].get(code, ())}
            after = {_who(line): line for line in now[part].get(code, ())}
            for who in sorted({*before, *after}):
                was, found = before.get(who), after.get(who)
                if was is None or found is None or canonical(was) != canonical(found):
                    told.append(f"{part[:-1]} {code}: {who} was {_told(was)}, is {_told(found)}")
    return tuple(told)


def _who(line: Any) -> str:  # noqa: ANN401 - as JSON has it
    return str(line.get("entry") or line.get("team"))


def _told(line: Any) -> str:  # noqa: ANN401 - as JSON has it
    if line is None:
        return "not there"
    figures = [f"rank {line['rank']}", str(line["status"]), f"time {line['time']}"]
    return " ".join(figures)
