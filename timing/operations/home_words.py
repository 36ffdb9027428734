"""Where a race's definition and entries are kept, and what there is to settle, in words."""

from __future__ import annotations

from timing.core.times import MINUTE, SECOND, Instant
from timing.operations.homes import Home


def home_notices(found: Home, me: str, *, at: Instant) -> tuple[str, ...]:
    """What whoever is in charge has to know, the most urgent first; nothing where all is well.

    ``me`` is this installation's id. Several that took over, changes that were set aside, and
    what the home has and this installation has not.
    """
    home = _name(found.node, found.name, me)
    told = []
    if found.rivals:
        names = ", ".join(_name(node, name, me) for node, name in found.rivals)
        told.append(
            f"Several took over the definition and entries at once (term {found.term}): {names}."
            " The first named counts; where it should be another, hand them over there: timing"
            f" home hand-over {found.slug} --to …"
        )
    if found.set_aside is not None:
        told.append(
            "What was changed here and never heard of by the present home is set aside: timing"
            f" race export {found.slug} --revision {found.set_aside} shows it. When it was dealt"
            f" with: timing home settle {found.slug}"
        )
    if not found.is_followed:
        told.append(
            f"The definition and entries that {home} is to keep have not come here yet: sync."
        )
    if found.node != me and found.missing and found.seen is not None:
        told.append(
            f"{found.missing:,} revisions of {home} have not come here, as it told"
            f" {ago(at - found.seen)} ago: sync."
        )
    return tuple(told)


def elsewhere(found: Home, me: str) -> str:
    """That definition and entries are followed here only; empty where they are kept here."""
    if found.node == me:
        return ""
    stands = f"; here stands its version {found.version}" if found.is_followed else ""
    return f"The definition and entries are kept at {_name(found.node, found.name, me)}{stands}."


def ago(span: Instant) -> str:
    """``40 s``, ``12 min``, ``5 h``: how long a span is, roughly."""
    if span < 2 * MINUTE:
        return f"{max(span, 0) // SECOND} s"
    minutes = span // MINUTE
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _name(node: str, name: str, me: str) -> str:
    return "this installation" if node == me else (name or node)
