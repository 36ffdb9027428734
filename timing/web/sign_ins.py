"""Who is signed in: a director at the desk, a station at its control.

The cookie is signed, not secret. Of a director it holds the random key of a session that is kept
in the database, of a station the name of its token; either is looked up again with each request,
so that a session that was ended, a changed password and a revoked token count at once.
"""

from __future__ import annotations

import contextlib
from typing import Any

from flask import request, session

from timing.core.times import MINUTE, Duration
from timing.db.engines import DatabaseBusy
from timing.operations.account_sessions import (
    SEEN_EVERY,
    AccountSession,
    begin_session,
    end_session,
    saw_session,
    session_of,
)
from timing.operations.directors import Director, director
from timing.operations.people import standing_in
from timing.operations.roles import Right
from timing.operations.tokens import Token, TokenScope, tokens_of_race
from timing.web.installation import installation, now

CODE_AWAITED: Duration = 5 * MINUTE
"""How long after the password a code may come."""

_DIRECTOR = "director"
_STATION = "station"
_AWAITED = "awaited"


def sign_director_in(who: Director) -> None:
    """Begin a session anew, as this director; the one there was in this browser ends."""
    here, at = installation(), now()
    before = director_session()
    with here.database.writing() as writing:
        if before is not None:
            end_session(writing, before.who.id, before.id)
        key = begin_session(writing, who.id, address=address(), agent=agent(), at=at)
    _begin_anew(_DIRECTOR, key, other=_STATION)


def sign_station_in(token: Token, opened_by: Director | None = None) -> None:
    """Begin a session anew, as the bearer of this token.

    ``opened_by`` is the account by whose part it was opened, without a key: it lasts no longer
    than that account is signed in and may record.
    """
    by = [] if opened_by is None else [opened_by.id]
    _begin_anew(_STATION, [token.slug, token.id, *by], other=_DIRECTOR)


def _begin_anew(role: str, value: Any, *, other: str) -> None:  # noqa: ANN401 - any JSON
    # Nothing from before may stay, the form token included; but whoever tries things out on one
    # machine is director and station at once.
    kept = session.get(other)
    session.clear()
    session.permanent = True
    session[role] = value
    if kept is not None:
        session[other] = kept


def await_code(who: Director, next_path: str) -> None:
    """Keep that the password was right, while the code is asked for; nobody is signed in yet."""
    session[_AWAITED] = [who.id, who.stamp, now(), next_path]


def awaited() -> tuple[Director, str] | None:
    """Whose code is asked for, and the page that they go on to; None where none is."""
    match session.get(_AWAITED):
        case [int(number), str(stamp), int(since), str(next_path)] if now() - since < CODE_AWAITED:
            with installation().database.reading() as reading:
                who = director(reading, number)
            return (who, next_path) if who is not None and who.stamp == stamp else None
        case _:
            return None


def sign_director_out() -> None:
    """End the director's session in this browser."""
    there = director_session()
    if there is not None:
        with installation().database.writing() as writing:
            end_session(writing, there.who.id, there.id)
    session.pop(_DIRECTOR, None)
    session.pop(_AWAITED, None)


def sign_station_out() -> None:
    """End the station's session in this browser."""
    session.pop(_STATION, None)


def director_session() -> AccountSession | None:
    """The session that this browser shows the key of, or None."""
    match session.get(_DIRECTOR):
        case str(key):
            with installation().database.reading() as reading:
                return session_of(reading, key, at=now())
        case _:
            return None


def signed_in_director() -> Director | None:
    """The director whose session this is, or None; that they were here is noted now and then."""
    there, at = director_session(), now()
    if there is None:
        return None
    if at - there.seen >= SEEN_EVERY:
        # Where the database is busy it goes unnoted: better than no page.
        with contextlib.suppress(DatabaseBusy), installation().database.writing() as writing:
            saw_session(writing, there.id, address=address(), at=at)
    return there.who


def signed_in_station() -> Token | None:
    """The token whose session this is, or None."""
    match session.get(_STATION):
        case [str(slug), int(number)]:
            return _station_token(slug, number)
        case [str(slug), int(number), int(account_id)]:
            return _station_token(slug, number) if _may_record(slug, account_id) else None
        case _:
            return None


def _may_record(slug: str, account_id: int) -> bool:
    who = signed_in_director()
    if who is None or who.id != account_id:
        return False
    with installation().database.reading() as reading:
        standing = standing_in(reading, slug, account_id)
    return (
        standing is not None
        and Right.RECORD in standing.rights
        and not standing.lacks_second_factor
    )


def _station_token(slug: str, number: int) -> Token | None:
    with installation().database.reading() as reading:
        tokens = tokens_of_race(reading, slug)
    return next(
        (
            token
            for token in tokens
            if token.id == number and token.revoked is None and token.scope is TokenScope.STATION
        ),
        None,
    )


def address() -> str:
    """The network address that asks."""
    return request.remote_addr or ""


def agent() -> str:
    """How the browser that asks names itself."""
    return request.headers.get("User-Agent", "")
