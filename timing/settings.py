"""Settings: what an installation may choose, read from the environment and checked at the start.

Each field of `Settings` carries its variable, its default and what it means; SETTINGS lists them,
and the documentation is checked against that list. There are no default secrets.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

PREFIX = "BIVOUAC_"
TREE = Path(__file__).parents[1]
"""Where the project stands: what relative paths begin from, wherever a command is called."""

_SECRET_BYTES = 32
_SHORTEST_SECRET = 32
_LONGEST_NOTICE = 200
_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?/?"
)


class Environment(StrEnum):
    """Whether it serves a race or someone who is trying it out, who needn't set anything."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


class LogLevel(StrEnum):
    """The least serious message that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class SmtpSecurity(StrEnum):
    """How the connection to the server that takes mail is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One variable. ``development`` is its default there, where that differs.

    A default may name settings above it, as in ``{instance}``. ``parse`` reads the text, or raises
    ValueError with what would be right.
    """

    variable: str
    default: str
    meaning: str
    parse: Callable[[str], Any]
    development: str | None = None

    def default_in(self, environment: Environment) -> str:
        """The default that holds in an environment."""
        if environment is Environment.DEVELOPMENT and self.development is not None:
            return self.development
        return self.default


class BadSettings(ValueError):
    """Settings that can't be used; ``faults`` has a sentence for each, naming its variable."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _one_of(choices: type[StrEnum]) -> Callable[[str], StrEnum]:
    def parse(text: str) -> StrEnum:
        try:
            return choices(text)
        except ValueError:
            raise ValueError(f"one of {', '.join(choices)}") from None

    return parse


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # int() alone would take 8_000 and the digits of every script.
        if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def _yes_or_no(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError("yes or no")
    return text == "yes"


def _folder(text: str) -> Path:
    return (TREE / text).resolve()


def _file_or_none(text: str) -> Path | None:
    return _folder(text) if text else None


def _some_text(text: str) -> str:
    if not text.strip():
        raise ValueError("not blank")
    return text


def _line(text: str) -> str:
    if len(text) > _LONGEST_NOTICE or not text.isprintable():
        raise ValueError(f"one line of at most {_LONGEST_NOTICE} characters")
    return text.strip()


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in text.split(","))
    if not all(code.isascii() and code.isalpha() and code.islower() for code in codes):
        raise ValueError("codes of languages with commas between, such as en,fr")
    return codes


def _origin(text: str) -> str:
    """A scheme, a host and perhaps a port: pages are found by paths from the root."""
    if text and not _ORIGIN.fullmatch(text):
        raise ValueError("an address like https://live.example.org, with no path behind it")
    return text.rstrip("/")


def _node_name(text: str) -> str:
    return _line(text) or socket.gethostname()


def _secret(text: str) -> str:
    if text and len(text) < _SHORTEST_SECRET:
        raise ValueError(f"at least {_SHORTEST_SECRET} characters nobody can guess")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force. ``secret_key`` is empty where nothing is served."""

    environment: Annotated[
        Environment,
        Setting(
            variable="BIVOUAC_ENVIRONMENT",
            default="production",
            meaning="`production`, or `development`, which needs no secret key and no https.",
            parse=_one_of(Environment),
        ),
    ]
    instance: Annotated[
        Path,
        Setting(
            variable="BIVOUAC_INSTANCE",
            default="var",
            meaning="The folder of what an installation keeps: database, snapshots, backups.",
            parse=_folder,
        ),
    ]
    database_url: Annotated[
        str,
        Setting(
            variable="BIVOUAC_DATABASE_URL",
            default="sqlite:///{instance}/bivouac.sqlite",
            meaning="Where the races are: `sqlite:///` and a path, or"
            " `postgresql://user:password@host/name`.",
            parse=_some_text,
        ),
    ] = field(repr=False)
    secret_key: Annotated[
        str,
        Setting(
            variable="BIVOUAC_SECRET_KEY",
            default="",
            meaning="What sessions are signed with: 32 characters or more that nobody can guess."
            " It must be set in production; in development one is made and kept in the instance"
            " folder.",
            parse=_secret,
        ),
    ] = field(repr=False)
    host: Annotated[
        str,
        Setting(
            variable="BIVOUAC_HOST",
            default="127.0.0.1",
            meaning="The address to listen at; `0.0.0.0` for every one this machine has.",
            parse=_some_text,
        ),
    ]
    port: Annotated[
        int,
        Setting(
            variable="PORT",
            default="8000",
            meaning="The port to listen at.",
            parse=_number(1, 65_535),
        ),
    ]
    workers: Annotated[
        int,
        Setting(
            variable="BIVOUAC_WORKERS",
            default="2",
            meaning="How many processes serve. Each holds the races it is asked for in memory.",
            parse=_number(1, 64),
        ),
    ]
    trusted_proxies: Annotated[
        int,
        Setting(
            variable="BIVOUAC_TRUSTED_PROXIES",
            default="0",
            meaning="How many proxies in front may say, by `X-Forwarded-` headers, who is asking.",
            parse=_number(0, 10),
        ),
    ]
    https: Annotated[
        bool,
        Setting(
            variable="BIVOUAC_HTTPS",
            default="yes",
            development="no",
            meaning="Whether visitors come by https: then cookies travel by nothing else.",
            parse=_yes_or_no,
        ),
    ]
    certificate: Annotated[
        Path | None,
        Setting(
            variable="BIVOUAC_CERTIFICATE",
            default="",
            meaning="A file with the certificate to serve https by, and those behind it, in PEM;"
            " left out where a proxy in front does. `timing camp` sets it.",
            parse=_file_or_none,
        ),
    ]
    certificate_key: Annotated[
        Path | None,
        Setting(
            variable="BIVOUAC_CERTIFICATE_KEY",
            default="",
            meaning="A file with the key of that certificate, in PEM.",
            parse=_file_or_none,
        ),
    ]
    max_body_bytes: Annotated[
        int,
        Setting(
            variable="BIVOUAC_MAX_BODY_BYTES",
            default="4194304",
            meaning="The longest request that is read; a thousand passings take some 300,000.",
            parse=_number(1_024, 268_435_456),
        ),
    ]
    notice: Annotated[
        str,
        Setting(
            variable="BIVOUAC_NOTICE",
            default="",
            meaning="A line of plain text at the top of every page, such as that all this is a"
            " rehearsal.",
            parse=_line,
        ),
    ]
    snapshots: Annotated[
        Path,
        Setting(
            variable="BIVOUAC_SNAPSHOTS",
            default="{instance}/snapshots",
            meaning="The folder that `timing snapshots` keeps the public pages in, for a web server"
            " to send.",
            parse=_folder,
        ),
    ]
    snapshots_languages: Annotated[
        tuple[str, ...],
        Setting(
            variable="BIVOUAC_SNAPSHOTS_LANGUAGES",
            default="en",
            meaning="The languages of those pages, such as `en,fr`; in others the application"
            " answers.",
            parse=_languages,
        ),
    ]
    backups: Annotated[
        Path,
        Setting(
            variable="BIVOUAC_BACKUPS",
            default="{instance}/backups",
            meaning="The folder that `timing tend` puts backups into, and `timing db upgrade` one"
            " before each migration; best on another disk.",
            parse=_folder,
        ),
    ]
    backups_every_minutes: Annotated[
        int,
        Setting(
            variable="BIVOUAC_BACKUPS_EVERY_MINUTES",
            default="60",
            meaning="How often `timing tend` makes one; 0 for never.",
            parse=_number(0, 10_080),
        ),
    ]
    backups_hours: Annotated[
        int,
        Setting(
            variable="BIVOUAC_BACKUPS_HOURS",
            default="48",
            meaning="For how many hours one of each hour is kept. All are kept for two hours.",
            parse=_number(0, 10_000),
        ),
    ]
    backups_days: Annotated[
        int,
        Setting(
            variable="BIVOUAC_BACKUPS_DAYS",
            default="30",
            meaning="For how many days one of each day is kept. The newest always stays.",
            parse=_number(0, 10_000),
        ),
    ]
    metrics_token: Annotated[
        str,
        Setting(
            variable="BIVOUAC_METRICS_TOKEN",
            default="",
            meaning="What whoever reads [`/metrics`](monitoring.md) sends as `Authorization: Bearer"
            " …`: 32 characters or more that nobody can guess. Without it nothing is measured, and"
            " the address leads nowhere.",
            parse=_secret,
        ),
    ] = field(repr=False)
    bucket_endpoint: Annotated[
        str,
        Setting(
            variable="BIVOUAC_BUCKET_ENDPOINT",
            default="",
            meaning="An S3-compatible service that the public pages are put into as well, as"
            " `https://s3.eu-central-1.amazonaws.com`; left out where they are not.",
            parse=_origin,
        ),
    ]
    bucket: Annotated[
        str,
        Setting(
            variable="BIVOUAC_BUCKET",
            default="",
            meaning="The name of the bucket there.",
            parse=_line,
        ),
    ]
    bucket_region: Annotated[
        str,
        Setting(
            variable="BIVOUAC_BUCKET_REGION",
            default="us-east-1",
            meaning="The region of the bucket, which requests are signed for.",
            parse=_line,
        ),
    ]
    bucket_key: Annotated[
        str,
        Setting(
            variable="BIVOUAC_BUCKET_KEY",
            default="",
            meaning="The access key that may write to the bucket.",
            parse=_line,
        ),
    ]
    bucket_secret: Annotated[
        str,
        Setting(
            variable="BIVOUAC_BUCKET_SECRET",
            default="",
            meaning="The secret of that key.",
            parse=_line,
        ),
    ] = field(repr=False)
    public_url: Annotated[
        str,
        Setting(
            variable="BIVOUAC_PUBLIC_URL",
            default="",
            meaning="The address visitors know this installation by, such as"
            " `https://live.example.org`: for links that leave it, as in the pictures shown where a"
            " page is shared. Without it such links are left out.",
            parse=_origin,
        ),
    ]
    node_name: Annotated[
        str,
        Setting(
            variable="BIVOUAC_NODE_NAME",
            default="",
            meaning="What this installation is called on stations and by other installations, such"
            " as `Camp`; the machine's own name where it is left out.",
            parse=_node_name,
        ),
    ]
    webhooks_private: Annotated[
        bool,
        Setting(
            variable="BIVOUAC_WEBHOOKS_PRIVATE",
            default="no",
            meaning="Whether [webhooks](webhooks.md) may go to addresses that are not on the"
            " public internet, and by plain http: `yes` on a network of your own only.",
            parse=_yes_or_no,
        ),
    ]
    desk_clock: Annotated[
        Path | None,
        Setting(
            variable="BIVOUAC_DESK_CLOCK",
            default="",
            meaning="A file that says what time it is where a race is played at a pace of its own,"
            " as the demo is: the desk and alerts look at it instead of the clock. Left out"
            " everywhere else.",
            parse=_file_or_none,
        ),
    ]
    smtp_host: Annotated[
        str,
        Setting(
            variable="BIVOUAC_SMTP_HOST",
            default="",
            meaning="The server that takes mail, such as `smtp.example.org`; left out where none is"
            " to be sent.",
            parse=_line,
        ),
    ]
    smtp_port: Annotated[
        int,
        Setting(
            variable="BIVOUAC_SMTP_PORT",
            default="587",
            meaning="Its port.",
            parse=_number(1, 65_535),
        ),
    ]
    smtp_security: Annotated[
        SmtpSecurity,
        Setting(
            variable="BIVOUAC_SMTP_SECURITY",
            default="starttls",
            meaning="`starttls`, `tls` from the first byte (port 465), or `none` for a server on"
            " this machine.",
            parse=_one_of(SmtpSecurity),
        ),
    ]
    smtp_user: Annotated[
        str,
        Setting(
            variable="BIVOUAC_SMTP_USER",
            default="",
            meaning="The name to sign in there by; left out where nobody has to.",
            parse=_line,
        ),
    ]
    smtp_password: Annotated[
        str,
        Setting(
            variable="BIVOUAC_SMTP_PASSWORD",
            default="",
            meaning="The password of that name.",
            parse=_line,
        ),
    ] = field(repr=False)
    smtp_from: Annotated[
        str,
        Setting(
            variable="BIVOUAC_SMTP_FROM",
            default="",
            meaning="The address that mail comes from, such as `timing@example.org`.",
            parse=_line,
        ),
    ]
    log_level: Annotated[
        LogLevel,
        Setting(
            variable="BIVOUAC_LOG_LEVEL",
            default="info",
            meaning="The least serious message to log: `debug`, `info`, `warning` or `error`.",
            parse=_one_of(LogLevel),
        ),
    ]


_BY_FIELD: dict[str, Setting] = {
    name: annotated.__metadata__[0]
    for name, annotated in get_type_hints(Settings, include_extras=True).items()
}

SETTINGS: tuple[Setting, ...] = tuple(_BY_FIELD.values())
"""Every setting, in the order of the documentation."""


def read_settings(environ: Mapping[str, str], *, serving: bool = True) -> Settings:
    """The settings in an environment, each checked; raises BadSettings with every fault found.

    Only what is ``serving`` needs a secret key: commands that work on the database do not. A
    variable that begins like ours and is not known is a fault, so no misspelling goes unnoticed.
    """
    faults = _unknown_variables(environ)
    values: dict[str, Any] = {"environment": Environment.PRODUCTION}
    for name, setting in _BY_FIELD.items():
        default = setting.default_in(values["environment"])
        text = environ.get(setting.variable) or default.format_map(values)
        try:
            values[name] = setting.parse(text)
        except ValueError as expected:
            faults.append(f"{setting.variable} should be {expected}")
            values.setdefault(name, setting.parse(default.format_map(values)))
    if (values["certificate"] is None) != (values["certificate_key"] is None):
        faults.append("BIVOUAC_CERTIFICATE and BIVOUAC_CERTIFICATE_KEY go together")
    bucket = [values[f"bucket{part}"] for part in ("_endpoint", "", "_key", "_secret")]
    if any(bucket) and not all(bucket):
        faults.append(
            "BIVOUAC_BUCKET_ENDPOINT, BIVOUAC_BUCKET, BIVOUAC_BUCKET_KEY and"
            " BIVOUAC_BUCKET_SECRET go together"
        )
    if bool(values["smtp_host"]) != ("@" in values["smtp_from"]):
        faults.append("BIVOUAC_SMTP_HOST and BIVOUAC_SMTP_FROM, an address, go together")
    if serving and not values["secret_key"] and values["environment"] is Environment.PRODUCTION:
        faults.append(
            "BIVOUAC_SECRET_KEY should be set: sessions are signed with it."
            " Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    if faults:
        raise BadSettings(tuple(faults))
    if serving and not values["secret_key"]:
        values["secret_key"] = kept_secret(values["instance"])
    return Settings(**values)


def kept_secret(instance: Path) -> str:
    """The secret key kept in the instance folder, made when it is first asked for.

    Its file can be read by its owner only.
    """
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "secret-key"
    if not path.exists():
        made = instance / f"secret-key.{secrets.token_hex(4)}"
        with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(_SECRET_BYTES))
        # Of several processes that start together, one's key becomes the key of all.
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = [setting.variable for setting in SETTINGS]
    faults = []
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            faults.append(
                f"{variable} is no setting" + (f"; did you mean {near[0]}?" if near else "")
            )
    return faults
