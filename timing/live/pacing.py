"""How often a page is told of changes, and how much of a process's time rarer pages may take."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_SECONDS = 0.25
"""Between two events to a page: four a second at most."""

CROWD = 1_000
"""Above so many listeners a page is told once a second, on average over a few seconds."""

_CROWD_SECONDS = 1.0
_AT_ONCE = 8
"""So many events may follow each other at once in a crowd, after as many quiet seconds."""


@dataclass(slots=True)
class Pace:
    """When a page may be told again. All times are of a clock that only goes forward, in seconds.

    Each event costs one credit of eight, and one comes back each second (in a crowd; without one,
    four do). So what happens alone is told at once, and a mass of passings is gathered.
    """

    credit: float = _AT_ONCE
    since: float = 0.0
    last: float = float("-inf")

    def pause(self, now: float, listeners: int) -> float:
        """Seconds until the next event may go; zero or less for now."""
        every = _CROWD_SECONDS if listeners > CROWD else LEAST_SECONDS
        self.credit = min(_AT_ONCE, self.credit + (now - self.since) / every)
        self.since = now
        return max(self.last + LEAST_SECONDS - now, (1 - self.credit) * every)

    def told(self, now: float) -> None:
        """An event went out."""
        self.last = now
        self.credit -= 1


@dataclass(slots=True)
class Allowance:
    """Seconds of work that may be spent: some at once, then a share of the time that passes."""

    share: float
    most: float
    left: float = 0.0
    since: float = float("-inf")

    def pause(self, now: float) -> float:
        """Seconds until there is something to spend; zero or less where there is."""
        self.left = min(self.most, self.left + (now - self.since) * self.share)
        self.since = now
        return 0.0 if self.left > 0 else (self.most / 10 - self.left) / self.share

    def spend(self, seconds: float) -> None:
        """So long was worked; more than there was is owed."""
        self.left -= seconds
