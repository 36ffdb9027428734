"""Attempts to sign in, and when things were, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.times import MINUTE, Instant, local_clock
from timing.pages.agent_words import agent_words

_JUST_NOW = 2 * MINUTE

_OUTCOMES: Mapping[str, str] = {
    "signed-in": "Signed in",
    "code-wanted": "Password right, no code yet",
    "wrong-password": "Wrong password",
    "wrong-code": "Wrong code",
    "confirmed": "Password typed again",
}
_TROUBLE = frozenset({"wrong-password", "wrong-code"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSignIn:
    """An attempt to sign in as somebody; ``outcome`` is a key of the words above."""

    name: str
    at: Instant
    network: str
    agent: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLine:
    """An attempt as listed."""

    name: str
    what: str
    when: str
    where: str
    is_trouble: bool


def sign_in_lines(
    sign_ins: Iterable[KnownSignIn], *, now: Instant, zone: ZoneInfo
) -> tuple[SignInLine, ...]:
    """The attempts, in the order in which they are given."""
    return tuple(
        SignInLine(
            name=attempt.name,
            what=_OUTCOMES[attempt.outcome],
            when=when_words(attempt.at, now=now, zone=zone),
            where=f"{agent_words(attempt.agent)}, from {attempt.network or 'nowhere known'}",
            is_trouble=attempt.outcome in _TROUBLE,
        )
        for attempt in sign_ins
    )


def when_words(at: Instant, *, now: Instant, zone: ZoneInfo) -> str:
    """``just now``, else the day and time of day: ``29 Nov 14:05``."""
    if 0 <= now - at < _JUST_NOW:
        return "just now"
    return day_and_time(at, zone)


def day_and_time(at: Instant, zone: ZoneInfo) -> str:
    """``29 Nov 14:05``, with the zone's name where that is UTC."""
    there = local_clock(at, zone)
    said = f"{there.day} {there:%b %H:%M}"
    return f"{said} UTC" if zone.key == "UTC" else said
