import stat
from pathlib import Path

import pytest

from timing.settings import SETTINGS, BadSettings, Environment, kept_secret, read_settings

SECRET = "a-made-up-secret-of-forty-characters-ok."
PRODUCTION = {"BIVOUAC_SECRET_KEY": SECRET}


def faults(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as caught:
        read_settings(environ)
    return caught.value.faults


def test_production_is_the_default_and_wants_a_secret_key() -> None:
    (fault,) = faults({})

    assert fault.startswith("BIVOUAC_SECRET_KEY should be set")


def test_a_command_that_serves_nothing_needs_no_secret_key() -> None:
    assert read_settings({}, serving=False).secret_key == ""


def test_a_secret_that_is_short_enough_to_guess_is_refused() -> None:
    (fault,) = faults({"BIVOUAC_SECRET_KEY": "x" * 31, "BIVOUAC_ENVIRONMENT": "development"})

    assert fault.startswith("BIVOUAC_SECRET_KEY should be at least 32 characters")


def test_production_sends_cookies_by_https_only_and_development_does_not() -> None:
    assert read_settings(PRODUCTION).https is True
    assert read_settings({**PRODUCTION, "BIVOUAC_ENVIRONMENT": "development"}).https is False


def test_development_makes_one_secret_key_and_keeps_it(tmp_path: Path) -> None:
    environ = {
        "BIVOUAC_ENVIRONMENT": "development",
        "BIVOUAC_INSTANCE": str(tmp_path / "instance"),
    }

    first, second = read_settings(environ), read_settings(environ)

    assert first.environment is Environment.DEVELOPMENT
    assert len(first.secret_key) >= 32
    assert first.secret_key == second.secret_key
    assert kept_secret(tmp_path / "elsewhere") != first.secret_key
    (kept,) = (tmp_path / "instance").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_database_stands_in_the_instance_folder_unless_told_otherwise(tmp_path: Path) -> None:
    within = read_settings({**PRODUCTION, "BIVOUAC_INSTANCE": str(tmp_path)})
    elsewhere = read_settings({**PRODUCTION, "BIVOUAC_DATABASE_URL": "postgresql://races"})

    assert within.database_url == f"sqlite:///{tmp_path}/bivouac.sqlite"
    assert elsewhere.database_url == "postgresql://races"


def test_every_fault_is_told_at_once_and_names_its_variable() -> None:
    told = faults(
        {
            "BIVOUAC_ENVIRONMENT": "Production",
            "PORT": "70000",
            "BIVOUAC_WORKERS": "٣",
            "BIVOUAC_HTTPS": "true",
            "BIVOUAC_SECRETKEY": SECRET,
        }
    )

    assert told == (
        "BIVOUAC_SECRETKEY is no setting; did you mean BIVOUAC_SECRET_KEY?",
        "BIVOUAC_ENVIRONMENT should be one of production, development",
        "PORT should be a whole number from 1 to 65535",
        "BIVOUAC_WORKERS should be a whole number from 1 to 64",
        "BIVOUAC_HTTPS should be yes or no",
        told[-1],
    )
    assert told[-1].startswith("BIVOUAC_SECRET_KEY should be set")


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings({**PRODUCTION, "PORT": ""}).port == 8000


def test_nothing_secret_shows_in_a_log() -> None:
    shown = repr(
        read_settings({**PRODUCTION, "BIVOUAC_DATABASE_URL": "postgresql://me:pass-word@host/x"})
    )

    assert SECRET not in shown
    assert "pass-word" not in shown


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)
    assert len({setting.variable for setting in SETTINGS}) == len(SETTINGS)


def test_a_notice_is_one_line_and_none_unless_it_is_given() -> None:
    longest = "x" * 200

    assert read_settings(PRODUCTION).notice == ""
    assert read_settings({**PRODUCTION, "BIVOUAC_NOTICE": longest}).notice == longest
    for wrong in ("x" * 201, "one\ntwo"):
        (fault,) = faults({**PRODUCTION, "BIVOUAC_NOTICE": wrong})
        assert fault == "BIVOUAC_NOTICE should be one line of at most 200 characters"


def test_the_public_address_is_an_origin_and_nothing_more() -> None:
    def address(text: str) -> str:
        return read_settings({**PRODUCTION, "BIVOUAC_PUBLIC_URL": text}).public_url

    assert read_settings(PRODUCTION).public_url == ""
    assert address("https://live.example.org/") == "https://live.example.org"
    assert address("http://192.168.8.2:8000") == "http://192.168.8.2:8000"
    for wrong in ("live.example.org", "https://x.org/races", "ftp://x.org", 'https://x.org"><'):
        (fault,) = faults({**PRODUCTION, "BIVOUAC_PUBLIC_URL": wrong})
        assert fault.startswith("BIVOUAC_PUBLIC_URL should be an address")


def test_a_bucket_is_named_whole_or_not_at_all() -> None:
    bucket = {"BIVOUAC_BUCKET_ENDPOINT": "https://s3.example.org/", "BIVOUAC_BUCKET": "races"}
    (fault,) = faults({**PRODUCTION, **bucket})
    assert "go together" in fault

    whole = {**bucket, "BIVOUAC_BUCKET_KEY": "k", "BIVOUAC_BUCKET_SECRET": "never told"}
    settings = read_settings({**PRODUCTION, **whole})
    assert settings.bucket_endpoint == "https://s3.example.org"
    assert "never told" not in repr(settings)


@pytest.mark.parametrize("text", ["s3.example.org", "https://s3.example.org/races", "ftp://x"])
def test_a_bucket_s_service_is_an_address_without_a_path(text: str) -> None:
    named = {"BIVOUAC_BUCKET": "r", "BIVOUAC_BUCKET_KEY": "k", "BIVOUAC_BUCKET_SECRET": "s"}
    told = faults({**PRODUCTION, **named, "BIVOUAC_BUCKET_ENDPOINT": text})
    assert told[0].startswith("BIVOUAC_BUCKET_ENDPOINT should be")


def test_languages_of_snapshots_are_codes() -> None:
    languages = {"BIVOUAC_SNAPSHOTS_LANGUAGES": "en, fr"}
    assert read_settings({**PRODUCTION, **languages}).snapshots_languages == ("en", "fr")
    (fault,) = faults({**PRODUCTION, "BIVOUAC_SNAPSHOTS_LANGUAGES": "English; French"})
    assert fault.startswith("BIVOUAC_SNAPSHOTS_LANGUAGES should be")


def test_mail_goes_by_a_server_and_from_an_address_together() -> None:
    host = {"BIVOUAC_SMTP_HOST": "smtp.example.org"}
    for alone in (host, {"BIVOUAC_SMTP_FROM": "timing@example.org"}):
        with pytest.raises(BadSettings, match="BIVOUAC_SMTP_FROM"):
            read_settings({**PRODUCTION, **alone})
    settings = read_settings({**PRODUCTION, **host, "BIVOUAC_SMTP_FROM": "timing@example.org"})
    assert settings.smtp_port == 587
    assert "password" not in repr(settings)
