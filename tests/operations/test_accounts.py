"""Sessions, second factors and invitations, on both engines."""

from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import select

from timing import racefile
from timing.core.times import SECOND
from timing.db.engines import Database
from timing.db.tables import DirectorRow
from timing.operations.account_sessions import (
    STAYS,
    begin_session,
    end_other_sessions,
    end_session,
    session_of,
    sessions_of,
)
from timing.operations.directors import (
    SIGN_INS_KEPT,
    BadPassword,
    Director,
    add_account,
    complete_sign_in,
    open_sign_in,
    password_is_right,
    past_sign_ins,
    renewed_hash,
)
from timing.operations.invitations import GOOD_FOR, HasPart, NotInvited, State, accept, invite
from timing.operations.people import races_of
from timing.operations.races import add_race
from timing.operations.roles import Part
from timing.operations.second_factor import (
    WrongCode,
    begin_second_factor,
    confirm_second_factor,
    is_asked_for_code,
    take_code,
)

NOW = 1_790_000_010_000
KEY = "a key of an installation"
PASSWORD = "correct horse battery"
RACE = Path(__file__).parents[1] / "web" / "valleys.yaml"


@pytest.fixture
def ana(database: Database) -> Director:
    with database.writing() as session:
        return add_account(session, "Ana", PASSWORD, at=NOW)


def test_a_session_is_known_by_its_key_until_it_ends(database: Database, ana: Director) -> None:
    with database.writing() as session:
        first, second = (
            begin_session(session, ana.id, address="10.0.0.7", agent="x", at=NOW) for _ in "12"
        )
        assert session_of(session, "another", at=NOW) is None
        there = session_of(session, first, at=NOW + STAYS - 1)
        assert there is not None
        assert there.who == ana
        assert session_of(session, first, at=NOW + STAYS) is None
        assert len(sessions_of(session, ana, at=NOW)) == 2
        assert not end_session(session, ana.id + 1, there.id)
        assert end_other_sessions(session, ana.id, but=there.id) == 1
        assert session_of(session, second, at=NOW) is None
        assert end_session(session, ana.id, there.id)


def test_a_code_is_asked_for_once_it_was_confirmed_and_taken_once(
    database: Database, ana: Director
) -> None:
    with database.writing() as session:
        made = pyotp.TOTP(begin_second_factor(session, ana.id, key=KEY, at=NOW))
        code = made.at(NOW // SECOND)
        assert not is_asked_for_code(session, ana.id)
        codes = confirm_second_factor(session, ana.id, code, key=KEY, at=NOW)
        assert is_asked_for_code(session, ana.id)
        for used in (code, "\uff11\uff12\uff13\uff14\uff15\uff16", ""):
            with pytest.raises(WrongCode):
                take_code(session, ana.id, used, key=KEY, at=NOW)
        take_code(session, ana.id, codes[0], key=KEY, at=NOW)
        with pytest.raises(WrongCode):
            take_code(session, ana.id, codes[0], key=KEY, at=NOW)


def test_an_invitation_gives_its_part_once(database: Database, ana: Director) -> None:
    with database.writing() as session:
        add_race(session, racefile.load(RACE), at=NOW, by="tests")
        keys = [
            invite(session, "valleys", part, note="", by="bo", at=NOW).key
            for part in (Part.DIRECTOR, Part.READER)
        ]
        assert accept(session, keys[0], account_id=ana.id, name="ana", at=NOW).state is (
            State.ACCEPTED
        )
        assert races_of(session, ana.id) == {"valleys": Part.DIRECTOR}
        with pytest.raises(NotInvited):
            accept(session, keys[0], account_id=ana.id, name="ana", at=NOW)
        with pytest.raises(HasPart):
            accept(session, keys[1], account_id=ana.id, name="ana", at=NOW)
        with pytest.raises(NotInvited):
            accept(session, keys[1], account_id=ana.id, name="ana", at=NOW + GOOD_FOR)


@pytest.mark.usefixtures("hashes_as_they_are")
def test_a_password_costs_whoever_guesses_it_what_is_advised(sqlite_database: Database) -> None:
    """Argon2id with 64 MB and three rounds (RFC 9106, second choice)."""
    with sqlite_database.writing() as session:
        add_account(session, "ana", PASSWORD, at=NOW)
        kept = session.scalar(select(DirectorRow.password_hash)) or ""
    found = extract_parameters(kept)
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, 65_536, 3)


@pytest.mark.usefixtures("hashes_as_they_are")
def test_a_hash_that_is_weaker_than_those_of_now_is_renewed_at_the_next_sign_in(
    database: Database,
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.writing() as session:
        session.add(DirectorRow(name="old", password_hash=weak, created=NOW))
    for is_renewed in (True, False):
        with database.writing() as session:
            attempt = open_sign_in(session, "old", address="10.0.0.7", at=NOW)
        assert password_is_right(attempt, PASSWORD)
        renewed = renewed_hash(attempt, PASSWORD)
        assert bool(renewed) is is_renewed
        with database.writing() as session:
            assert complete_sign_in(session, attempt, renewed=renewed) is not None


def test_attempts_are_kept_for_ninety_days(database: Database, ana: Director) -> None:
    with database.writing() as session:
        for at in (NOW, NOW + SIGN_INS_KEPT, NOW + SIGN_INS_KEPT + 1):
            open_sign_in(session, "ana", address="10.0.0.7", at=at)
        kept = [one.at for one in past_sign_ins(session, [ana.id], limit=9)]
    assert kept == [NOW + SIGN_INS_KEPT + 1, NOW + SIGN_INS_KEPT]


@pytest.mark.parametrize(
    "password",
    ["qwertyuiop", "QWERTYUIOP", "password123", "aaaaaaaaaaaa", "Ana of the hills", "x" * 9],
)
def test_a_password_that_is_tried_first_is_none(database: Database, password: str) -> None:
    with database.writing() as session, pytest.raises(BadPassword):
        add_account(session, "ana of the hills", password, at=NOW)
