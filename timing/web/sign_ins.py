"""Who is signed in: a director at the desk, a station at its control.

The cookie is signed, not secret. It names the account or token, never holds a password or key,
and whatever it names is looked up again with each request: a changed password and a revoked
token end every session at once.
"""

from __future__ import annotations

from typing import Any

from flask import session

from timing.core.times import HOUR, Duration
from timing.operations.directors import Director, director
from timing.operations.tokens import Token, TokenScope, tokens_of_race
from timing.web.installation import installation, now

DIRECTOR_STAYS: Duration = 16 * HOUR
"""A day at the race; then the password is asked for again."""

_DIRECTOR = "director"
_STATION = "station"


def sign_director_in(who: Director) -> None:
    """Begin a session anew, as this director."""
    _begin_anew(_DIRECTOR, [who.id, who.stamp, now()], other=_STATION)


def sign_station_in(token: Token) -> None:
    """Begin a session anew, as the bearer of this token."""
    _begin_anew(_STATION, [token.slug, token.id], other=_DIRECTOR)


def _begin_anew(role: str, value: list[Any], *, other: str) -> None:
    # Nothing from before may stay, the form token included; but whoever tries things out on one
    # machine is director and station at once.
    kept = session.get(other)
    session.clear()
    session.permanent = True
    session[role] = value
    if kept is not None:
        session[other] = kept


def sign_director_out() -> None:
    """End the director's session in this browser."""
    session.pop(_DIRECTOR, None)


def sign_station_out() -> None:
    """End the station's session in this browser."""
    session.pop(_STATION, None)


def signed_in_director() -> Director | None:
    """The director whose session this is, or None."""
    match session.get(_DIRECTOR):
        case [int(number), str(stamp), int(since)] if now() - since < DIRECTOR_STAYS:
            with installation().database.reading() as reading:
                who = director(reading, number)
            return who if who is not None and who.stamp == stamp else None
        case _:
            return None


def signed_in_station() -> Token | None:
    """The token whose session this is, or None."""
    match session.get(_STATION):
        case [str(slug), int(number)]:
            with installation().database.reading() as reading:
                tokens = tokens_of_race(reading, slug)
            return next(
                (
                    token
                    for token in tokens
                    if token.id == number
                    and token.revoked is None
                    and token.scope is TokenScope.STATION
                ),
                None,
            )
        case _:
            return None
