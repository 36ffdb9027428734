"""A limit on keys that are not known, counted by network address (sign_ins, as the desk's).

A camp shares one address. So a key that was good before is always heard, and only those that
this process has never seen to be good wait once there were too many that are not.
"""

from __future__ import annotations

import contextlib
import hashlib

from flask import request

from timing.db.engines import DatabaseBusy
from timing.operations.directors import TooManyAttempts
from timing.operations.failed_keys import count_failed_key, refuse_too_many_failed_keys
from timing.operations.tokens import Token, find_key
from timing.web.errors import Refusal
from timing.web.installation import installation, now

_MOST_REMEMBERED = 10_000
_good: set[bytes] = set()


def key_shown(plain: str) -> Token | None:
    """The token of this key, a revoked one too; None where it is none, which is counted.

    Refusal, 429, where too many keys from this address were none.
    """
    here, address = installation(), request.remote_addr or ""
    mark = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()
    with here.database.reading() as session:
        if mark not in _good:
            try:
                refuse_too_many_failed_keys(session, address=address, at=now())
            except TooManyAttempts as error:
                raise too_many_keys(error) from None
        token = find_key(session, plain)
    if token is None:
        _good.discard(mark)
        # Where the database is busy a failure goes uncounted: better than no answer.
        with contextlib.suppress(DatabaseBusy), here.database.writing() as session:
            count_failed_key(session, address=address, at=now())
        return None
    if len(_good) < _MOST_REMEMBERED:
        _good.add(mark)
    return token


def too_many_keys(error: TooManyAttempts) -> Refusal:
    """What is answered instead of looking at a key."""
    seconds = -(-error.wait // 1000)
    return Refusal(
        429,
        "Too many keys from your network were not known here; wait some minutes.",
        headers={"Retry-After": str(seconds)},
    )
