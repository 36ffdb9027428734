"""What goes wrong with records: how often, as shares that anyone may set."""

from __future__ import annotations

from dataclasses import dataclass, fields


class BadShare(ValueError):
    """A share outside 0 to 1; ``name`` says which."""

    def __init__(self, name: str, share: float) -> None:
        super().__init__(f"{name} is a share from 0 to 1, not {share}")
        self.name = name
        self.share = share


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares of records or devices, 0 to 1, that a fault befalls.

    ``missed`` and ``doubled`` are shares of all reads, ``mistyped`` (digits swapped or a
    neighbouring key) and ``unread`` (a digit is ``*``) of the bibs that people type;
    ``corrected`` is how many of these two the director assigns to the right bib later on.
    ``unset_clocks`` are devices whose clock is off by a measured offset, so that their times
    are right all the same; ``drifting_clocks`` drift a little without anybody knowing.
    ``late`` is the share of records that arrive up to some hours late. ``shuffled`` hands over
    passings in any order instead of that of their times.
    """

    missed: float = 0.005
    doubled: float = 0.01
    mistyped: float = 0.004
    unread: float = 0.002
    corrected: float = 0.8
    unset_clocks: float = 0.2
    drifting_clocks: float = 0.1
    late: float = 0.02
    shuffled: bool = False

    def __post_init__(self) -> None:
        for field in fields(self):
            share = getattr(self, field.name)
            if not 0 <= share <= 1:
                raise BadShare(field.name, share)

    @classmethod
    def none(cls) -> Faults:
        """Every record right, once, and in time."""
        return cls(
            missed=0,
            doubled=0,
            mistyped=0,
            unread=0,
            unset_clocks=0,
            drifting_clocks=0,
            late=0,
        )
