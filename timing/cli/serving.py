"""``timing serve``: the application, by gunicorn."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from typing import NoReturn

import click

from timing.cli.databases import opened
from timing.cli.engine_checks import check_official_results
from timing.cli.refusals import Refused, refusing
from timing.cli.settings_checks import unusable_files
from timing.live.logs import configure_logs
from timing.settings import TREE, BadSettings, Settings, read_settings


@click.command()
def serve() -> None:
    """Serve the database's races to browsers, as the settings say."""
    with refusing(BadSettings):
        settings = read_settings(os.environ)
    if faults := tuple(unusable_files(settings)):
        raise Refused("\n".join(faults))
    with opened() as database:
        refuse_taken_port(settings)
        configure_logs(settings)
        check_official_results(database)
    become_server(os.environ)


def refuse_taken_port(settings: Settings) -> None:
    """Say in words that the port can't be had, rather than let gunicorn try it five times."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((settings.host, settings.port))
        except OSError as error:
            raise Refused(
                f"Can't listen at {settings.host}, port {settings.port}: {error.strerror}."
                " PORT=… names another port."
            ) from error


def become_server(environ: Mapping[str, str]) -> NoReturn:
    """Turn this process into gunicorn, which ends as it is told by signals."""
    command = (
        sys.executable,
        "-m",
        "gunicorn",
        "--chdir",
        str(TREE),
        "--config",
        str(TREE / "config" / "gunicorn.conf.py"),
        "wsgi:app",
    )
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, dict(environ))  # noqa: S606 - a command of our own making
