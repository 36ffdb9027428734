"""``timing check-settings`` and docs/settings.md."""

from pathlib import Path

import pytest

from deploy.settings_page import PAGE, page
from tests.cli.conftest import Run
from timing.db.engines import Database
from timing.settings import SETTINGS

SECRET = "a-made-up-secret-of-forty-characters-ok."


@pytest.fixture
def _in_production(
    monkeypatch: pytest.MonkeyPatch,
    kept: Database,  # noqa: ARG001 - one that is there
) -> None:
    monkeypatch.setenv("BIVOUAC_SECRET_KEY", SECRET)


def test_the_page_of_settings_is_of_the_settings() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make settings"


@pytest.mark.usefixtures("_in_production")
def test_settings_in_force_are_listed_without_what_is_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIVOUAC_NOTICE", "A rehearsal")
    told = run("check-settings")
    lines = {line.split()[0]: line.split(maxsplit=2)[1:] for line in told.stdout.splitlines()}

    assert told.exit_code == 0
    assert list(lines) == [setting.variable for setting in SETTINGS]
    assert lines["BIVOUAC_NOTICE"] == ["set", "A rehearsal"]
    assert lines["BIVOUAC_WORKERS"] == ["default", "2"]
    assert lines["BIVOUAC_SECRET_KEY"] == ["set", "(not shown)"]
    assert SECRET not in told.output


def test_a_password_in_the_database_s_address_is_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIVOUAC_SECRET_KEY", SECRET)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", "postgresql://me:pass-word@127.0.0.1:1/races")
    told = run("check-settings")

    assert told.exit_code == 2
    assert "BIVOUAC_DATABASE_URL: the database can't be used" in told.stderr
    assert "pass-word" not in told.output


@pytest.mark.usefixtures("kept")
def test_each_fault_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "nine")
    monkeypatch.setenv("BIVOUAC_HTPS", "no")
    told = run("check-settings")

    assert told.exit_code == 2
    for fault in (
        "PORT should be a whole number",
        "did you mean BIVOUAC_HTTPS?",
        "BIVOUAC_SECRET_KEY should be set",
    ):
        assert fault in told.stderr


@pytest.mark.usefixtures("_in_production")
@pytest.mark.parametrize("command", ["check-settings", "serve"])
def test_what_can_not_be_used_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BIVOUAC_BACKUPS", str(tmp_path / "file" / "backups"))
    monkeypatch.setenv("BIVOUAC_CERTIFICATE", str(tmp_path / "nowhere.pem"))
    monkeypatch.setenv("BIVOUAC_CERTIFICATE_KEY", str(tmp_path / "file"))
    told = run(command)

    assert told.exit_code == 2
    assert "BIVOUAC_BACKUPS: nothing can be written to" in told.stderr
    assert "BIVOUAC_CERTIFICATE: " in told.stderr
    assert "BIVOUAC_CERTIFICATE_KEY: " not in told.stderr


def test_a_database_that_is_not_there_yet_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIVOUAC_SECRET_KEY", SECRET)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite")
    told = run("check-settings")

    assert told.exit_code == 2
    assert "run: timing db upgrade" in told.stderr
