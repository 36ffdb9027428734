"""The secrets of second factors stand sealed in the database, and only their key reads them."""

from __future__ import annotations

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from timing.cli import main
from timing.core.times import SECOND
from timing.db.engines import Database
from timing.db.people_tables import SecondFactorRow
from timing.operations.directors import Director, add_account
from timing.operations.sealing import SEALED, CannotUnseal, is_sealed, seal, unseal
from timing.operations.second_factor import (
    STEP,
    FactorUnreadable,
    WrongCode,
    begin_second_factor,
    confirm_second_factor,
    second_factor,
    take_code,
)

NOW = 1_790_000_010_000
KEY = "the secret key of an installation, long enough"
OTHER = "the secret key of another one, also long enough"


@pytest.fixture
def ana(database: Database) -> Director:
    with database.writing() as session:
        return add_account(session, "ana", "correct horse battery", at=NOW)


def added(session: Session, ana: Director) -> tuple[str, tuple[str, ...]]:
    secret = begin_second_factor(session, ana.id, key=KEY, at=NOW)
    return secret, confirm_second_factor(session, ana.id, code(secret), key=KEY, at=NOW)


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at((NOW + steps * STEP) // SECOND)


def kept(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(SecondFactorRow.secret)).one()


def test_a_secret_is_sealed_and_its_codes_are_taken(database: Database, ana: Director) -> None:
    with database.writing() as session:
        secret, _ = added(session, ana)
        take_code(session, ana.id, code(secret, 1), key=KEY, at=NOW + STEP)
    assert is_sealed(kept(database))
    assert secret not in kept(database)
    assert unseal(kept(database), KEY) == secret


def test_a_secret_is_shown_until_it_is_confirmed_and_never_again(
    database: Database, ana: Director
) -> None:
    with database.writing() as session:
        secret = begin_second_factor(session, ana.id, key=KEY, at=NOW)
        begun = second_factor(session, ana.id, key=KEY)
        assert begun is not None
        assert begun.secret == secret == begin_second_factor(session, ana.id, key=KEY, at=NOW)
        confirm_second_factor(session, ana.id, code(secret), key=KEY, at=NOW)
        on = second_factor(session, ana.id, key=KEY)
        assert on is not None
        assert on.secret == ""


def test_under_another_key_only_recovery_codes_are_taken(database: Database, ana: Director) -> None:
    with database.writing() as session:
        secret, codes = added(session, ana)
    with database.writing() as session:
        with pytest.raises(FactorUnreadable, match="use a recovery code"):
            take_code(session, ana.id, code(secret, 1), key=OTHER, at=NOW + STEP)
        take_code(session, ana.id, codes[0], key=OTHER, at=NOW + STEP)
        on = second_factor(session, ana.id, key=OTHER)
        assert on is not None
        assert on.confirmed is not None


def test_an_app_that_was_begun_under_another_key_is_begun_anew(
    database: Database, ana: Director
) -> None:
    with database.writing() as session:
        first = begin_second_factor(session, ana.id, key=OTHER, at=NOW)
        second = begin_second_factor(session, ana.id, key=KEY, at=NOW)
        assert first != second
        confirm_second_factor(session, ana.id, code(second), key=KEY, at=NOW)


def test_a_secret_from_before_secrets_were_sealed_is_sealed_by_its_next_right_code(
    database: Database, ana: Director
) -> None:
    with database.writing() as session:
        secret, _ = added(session, ana)
        session.execute(update(SecondFactorRow).values(secret=secret))
    with database.writing() as session, pytest.raises(WrongCode):
        take_code(session, ana.id, "000000x", key=KEY, at=NOW + STEP)
    assert kept(database) == secret
    with database.writing() as session:
        take_code(session, ana.id, code(secret, 1), key=KEY, at=NOW + STEP)
    assert unseal(kept(database), KEY) == secret != kept(database)


def test_all_are_sealed_and_opened_by_the_command_line(
    database: Database, ana: Director, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    monkeypatch.setenv("BIVOUAC_SECRET_KEY", KEY)
    with database.writing() as session:
        secret, _ = added(session, ana)

    def told(*more: str) -> str:
        return CliRunner().invoke(main, ["director", "seal-second-factors", *more]).output.strip()

    assert told("--open") == "Opened 1"
    assert kept(database) == secret  # as older releases read it
    assert told() == "Sealed 1"
    assert told() == "Sealed 0"
    assert unseal(kept(database), KEY) == secret
    monkeypatch.setenv("BIVOUAC_SECRET_KEY", OTHER)
    assert "another secret key" in told("--open")
    assert unseal(kept(database), KEY) == secret


def test_what_is_sealed_differs_each_time_and_is_refused_where_it_was_changed() -> None:
    one, two = seal("JBSWY3DPEHPK3PXP", KEY), seal("JBSWY3DPEHPK3PXP", KEY)
    assert one != two
    for changed in (one[:-4], f"{one[:60]}{'A' if one[60] != 'A' else 'B'}{one[61:]}", SEALED):
        with pytest.raises(CannotUnseal):
            unseal(changed, KEY)
    with pytest.raises(CannotUnseal):
        seal("JBSWY3DPEHPK3PXP", "")
