"""``timing snapshots``: the public pages as files for a web server, for as long as it runs."""

from __future__ import annotations

import signal
import threading

import click

from timing.cli.databases import now, opened, settings_in_force
from timing.cli.refusals import Refused, unknown
from timing.db.engines import Database
from timing.live.buckets import Bucket, BucketMirror
from timing.live.kept_files import AlreadyKept
from timing.live.signing import Credentials
from timing.live.snapshots import keep_snapshots
from timing.pages.languages import BY_CODE
from timing.pages.public_pages import Around
from timing.settings import Settings


@click.command()
def snapshots() -> None:
    """Keep the public pages as files for a web server, until told to stop."""
    settings = settings_in_force()
    refuse_unknown_languages(settings)
    until = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: until.set())
    with opened() as database:
        click.echo(f"Keeping the public pages in {settings.snapshots}", err=True)
        try:
            keep_pages(settings, database, until)
        except AlreadyKept as error:
            raise Refused(f"Another process keeps the pages in {error}.") from error


def refuse_unknown_languages(settings: Settings) -> None:
    """Refuse settings that name a language that pages don't speak."""
    for code in settings.snapshots_languages:
        if code not in BY_CODE:
            raise unknown("language", code, BY_CODE)


def keep_pages(settings: Settings, database: Database, until: threading.Event) -> None:
    """Keep the pages as the settings say, until told to stop; raises AlreadyKept."""
    keep_snapshots(
        database,
        settings.snapshots,
        until=until,
        clock=now,
        languages=settings.snapshots_languages,
        around=Around(notice=settings.notice, origin=settings.public_url),
        mirror=_mirror(settings, until),
    )


def _mirror(settings: Settings, until: threading.Event) -> BucketMirror | None:
    if not settings.bucket_endpoint:
        return None
    credentials = Credentials(
        key=settings.bucket_key, secret=settings.bucket_secret, region=settings.bucket_region
    )
    bucket = Bucket(
        endpoint=settings.bucket_endpoint, name=settings.bucket, credentials=credentials
    )
    return BucketMirror(bucket, clock=now, until=until)
