"""Accounts with parts in the race of tests, signed in without the slow check of a password."""

from functools import cache

from flask import Flask
from flask.testing import FlaskClient

from tests.serving import BEFORE, PASSWORD, SLUG
from timing.db.engines import Database
from timing.db.tables import DirectorRow
from timing.operations import directors
from timing.operations.account_sessions import begin_session
from timing.operations.directors import Director, director_called
from timing.operations.people import give_part
from timing.operations.roles import Part
from timing.web.installation import now


@cache
def hash_of(password: str) -> str:
    """A hash that is made once for all tests."""
    return directors._hasher.hash(password)


def account(
    database: Database, name: str, part: Part | None = None, *, slug: str = SLUG
) -> Director:
    """An account, with its part in the race."""
    with database.writing() as session:
        session.add(DirectorRow(name=name, password_hash=hash_of(PASSWORD), created=BEFORE))
        session.flush()
        made = director_called(session, name)
        if part is not None:
            give_part(session, slug, made.id, part, by="tests", at=BEFORE)
    return made


def signed_in(app: Flask, database: Database, who: Director) -> FlaskClient:
    """A browser in which that account is signed in."""
    with database.writing() as session:
        key = begin_session(session, who.id, address="127.0.0.1", agent="tests", at=now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["director"] = key
        cookie.permanent = True
    return client
