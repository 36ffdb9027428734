import pytest
from sqlalchemy import text

from timing.core.times import HOUR, MINUTE, SECOND
from timing.db.engines import Database
from timing.operations.directors import (
    COUNTED,
    FAILURES_FOR_A_NAME,
    FAILURES_FOR_A_NAME_FROM_AN_ADDRESS,
    FAILURES_FROM_AN_ADDRESS,
    BadName,
    BadPassword,
    Director,
    DirectorExists,
    TooManyAttempts,
    UnknownDirector,
    add_director,
    change_password,
    complete_sign_in,
    director,
    directors,
    open_sign_in,
    password_is_right,
)

NOW = 1_790_000_000_000
PASSWORD = "correct horse battery"
CAMP = "10.0.0.7"


@pytest.fixture
def ana(database: Database) -> Director:
    with database.writing() as session:
        return add_director(session, "Ana", PASSWORD, at=NOW)


def sign_in(
    database: Database, name: str, password: str, *, address: str = CAMP, at: int = NOW
) -> Director | None:
    """The three steps, as the web takes them."""
    with database.writing() as session:
        attempt = open_sign_in(session, name, address=address, at=at)
    if not password_is_right(attempt, password):
        return None
    with database.writing() as session:
        return complete_sign_in(session, attempt)


def fail(database: Database, name: str, *, address: str = CAMP, at: int = NOW) -> None:
    """An attempt that is never completed; without the slow check of a password."""
    with database.writing() as session:
        open_sign_in(session, name, address=address, at=at)


def test_a_director_signs_in_with_name_and_password(database: Database, ana: Director) -> None:
    assert sign_in(database, "Ana", PASSWORD) == ana
    assert sign_in(database, " aNA ", PASSWORD) == ana


def test_a_wrong_password_or_name_signs_nobody_in(database: Database, ana: Director) -> None:
    assert sign_in(database, ana.name, PASSWORD.upper()) is None
    assert sign_in(database, ana.name, "") is None
    assert sign_in(database, "bo", PASSWORD) is None
    assert sign_in(database, "bo", "the password of nobody") is None
    assert sign_in(database, ana.name, PASSWORD + "\udc80") is None


def test_the_database_holds_a_slow_hash_and_no_password(database: Database, ana: Director) -> None:
    with database.reading() as session:
        (hashed,) = session.scalars(text("SELECT password_hash FROM directors"))

    assert ana.name == "ana"
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed


def test_a_new_password_ends_the_sessions_of_the_old_one(database: Database, ana: Director) -> None:
    with database.writing() as session:
        renewed = change_password(session, "ANA", "another long password")

    assert renewed.id == ana.id
    assert renewed.stamp != ana.stamp
    assert sign_in(database, "ana", PASSWORD) is None
    assert sign_in(database, "ana", "another long password") == renewed
    with database.reading() as session:
        assert director(session, ana.id) == renewed
        assert director(session, 404) is None
        assert directors(session) == (renewed,)


def test_a_password_changed_while_it_is_checked_no_longer_counts(
    database: Database, ana: Director
) -> None:
    with database.writing() as session:
        attempt = open_sign_in(session, ana.name, address=CAMP, at=NOW)
    assert password_is_right(attempt, PASSWORD)
    with database.writing() as session:
        change_password(session, ana.name, "another long password")
        assert complete_sign_in(session, attempt) is None


def test_accounts_that_could_not_be_used_are_refused(database: Database, ana: Director) -> None:
    with database.writing() as session:
        with pytest.raises(DirectorExists):
            add_director(session, ana.name.upper(), PASSWORD, at=NOW)
        with pytest.raises(BadName):
            add_director(session, "  ", PASSWORD, at=NOW)
        for password in ("", "x" * 9, "x" * 1_001):
            with pytest.raises(BadPassword):
                add_director(session, "bo", password, at=NOW)
            with pytest.raises(BadPassword):
                change_password(session, ana.name, password)
        with pytest.raises(UnknownDirector):
            change_password(session, "bo", PASSWORD)
        assert directors(session) == (ana,)


def test_guessing_a_name_from_one_address_ends_after_a_few_failures(
    database: Database, ana: Director
) -> None:
    for n in range(FAILURES_FOR_A_NAME_FROM_AN_ADDRESS):
        fail(database, ana.name, at=NOW + n * SECOND)

    with pytest.raises(TooManyAttempts) as refused:
        sign_in(database, ana.name, PASSWORD, at=NOW + 10 * SECOND)

    assert refused.value.wait == COUNTED - 10 * SECOND
    assert sign_in(database, ana.name, PASSWORD, address="10.0.0.8", at=NOW + MINUTE) == ana


def test_a_director_who_waits_is_heard_again(database: Database, ana: Director) -> None:
    for n in range(FAILURES_FOR_A_NAME_FROM_AN_ADDRESS):
        fail(database, ana.name, at=NOW + n * SECOND)
    with pytest.raises(TooManyAttempts):
        sign_in(database, ana.name, PASSWORD, at=NOW + COUNTED - 1)

    assert sign_in(database, ana.name, PASSWORD, at=NOW + COUNTED) == ana


def test_a_refused_attempt_does_not_prolong_the_wait(database: Database, ana: Director) -> None:
    for n in range(FAILURES_FOR_A_NAME_FROM_AN_ADDRESS):
        fail(database, ana.name, at=NOW + n * SECOND)
    for n in range(20):
        with pytest.raises(TooManyAttempts):
            fail(database, ana.name, at=NOW + MINUTE + n * SECOND)

    assert sign_in(database, ana.name, PASSWORD, at=NOW + COUNTED) == ana


def test_successes_are_not_counted_as_failures(database: Database, ana: Director) -> None:
    for _ in range(FAILURES_FOR_A_NAME_FROM_AN_ADDRESS + 2):
        assert sign_in(database, ana.name, PASSWORD) == ana


def test_one_address_cannot_guess_at_many_names(database: Database, ana: Director) -> None:
    for n in range(FAILURES_FROM_AN_ADDRESS):
        fail(database, f"name {n}")

    with pytest.raises(TooManyAttempts):
        sign_in(database, ana.name, PASSWORD)


def test_an_ipv6_household_counts_as_one_address(database: Database, ana: Director) -> None:
    for n in range(FAILURES_FOR_A_NAME_FROM_AN_ADDRESS):
        fail(database, ana.name, address=f"2001:db8:0:1::{n}")

    with pytest.raises(TooManyAttempts):
        fail(database, ana.name, address="2001:db8:0:1:ffff::")
    fail(database, ana.name, address="2001:db8:0:2::1")


def test_many_addresses_cannot_guess_at_one_name_without_end(
    database: Database, ana: Director
) -> None:
    for n in range(FAILURES_FOR_A_NAME):
        fail(database, ana.name, address=f"10.1.{n}.1")

    with pytest.raises(TooManyAttempts):
        fail(database, ana.name, address="10.2.0.1")


def test_attempts_of_yesterday_are_forgotten(database: Database) -> None:
    fail(database, "bo", at=NOW)
    fail(database, "bo", at=NOW + 25 * HOUR)

    with database.reading() as session:
        assert list(session.scalars(text("SELECT at FROM sign_ins"))) == [NOW + 25 * HOUR]
