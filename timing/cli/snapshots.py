"""``timing snapshots``: the public pages as files for a web server, for as long as it runs."""

from __future__ import annotations

import signal
import threading

import click

from timing.cli.databases import now, opened, settings_in_force
from timing.cli.refusals import Refused, unknown
from timing.live.kept_files import AlreadyKept
from timing.live.snapshots import keep_snapshots
from timing.pages.languages import BY_CODE


@click.command()
def snapshots() -> None:
    """Keep the public pages as files for a web server, until told to stop."""
    settings = settings_in_force()
    for code in settings.snapshots_languages:
        if code not in BY_CODE:
            raise unknown("language", code, BY_CODE)
    until = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: until.set())
    with opened() as database:
        click.echo(f"Keeping the public pages in {settings.snapshots}", err=True)
        try:
            keep_snapshots(
                database,
                settings.snapshots,
                until=until,
                clock=now,
                languages=settings.snapshots_languages,
                notice=settings.notice,
            )
        except AlreadyKept as error:
            raise Refused(f"Another process keeps the pages in {error}.") from error
