"""``timing tend``: the one process that minds time."""

from __future__ import annotations

import signal
import threading

import click

from timing.cli.alerts import alert_tasks
from timing.cli.backups import backup_tasks
from timing.cli.databases import now, opened, settings_in_force
from timing.cli.officials import official_tasks
from timing.cli.outbox import outbox_tasks
from timing.cli.rehearsals import rehearsal_tasks
from timing.cli.snapshots import keep_pages, refuse_unknown_languages
from timing.db.engines import open_database
from timing.live.books import Books
from timing.live.logs import configure_logs
from timing.live.tend_health import file_of, write_health
from timing.live.tending import Task, Tending, alone
from timing.operations.export_jobs import throw_away_old
from timing.settings import Settings

_SNAPSHOTS_AGAIN_SECONDS = 1.0
_EXPORTS_SECONDS = 300.0
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def tasks_of(settings: Settings, *, snapshots: bool = False) -> tuple[Task, ...]:
    """Everything that is minded. What has a loop of its own (snapshots) is a task as well."""
    # One set of books for all: a race is in memory once.
    books = Books(open_database(settings.database_url))
    alerts = alert_tasks(settings, now, books, lambda: open_database(settings.database_url))
    officials = official_tasks(now, books, lambda: open_database(settings.database_url))
    outbox = outbox_tasks(settings, now, books)
    tasks = (*outbox, *alerts, *officials, *backup_tasks(settings, now), _exports_task(settings))
    tasks = (*tasks, *rehearsal_tasks(settings, now))
    return (*tasks, _snapshots_task(settings)) if snapshots else tasks


def _exports_task(settings: Settings) -> Task:
    """Files that jobs made are thrown away after an hour, whether anybody looks or not."""
    database = open_database(settings.database_url)

    def throw_away(_: threading.Event) -> None:
        with database.writing() as session:
            throw_away_old(session, settings.instance / "exports", at=now())

    return Task(name="exports", every_seconds=_EXPORTS_SECONDS, run=throw_away)


def _snapshots_task(settings: Settings) -> Task:
    database = open_database(settings.database_url)
    return Task(
        name="snapshots",
        every_seconds=_SNAPSHOTS_AGAIN_SECONDS,
        run=lambda stopping: keep_pages(settings, database, stopping),
    )


@click.command()
@click.option("--snapshots", is_flag=True, help="Keep the public pages as files as well.")
def tend(*, snapshots: bool) -> None:
    """Mind what has to happen by itself, until Ctrl-C: alerts, mail, webhooks, results, backups.

    One process does it for a database. A second one stands by, and takes over when it ends.
    """
    settings = settings_in_force()
    if snapshots:
        refuse_unknown_languages(settings)
    configure_logs(settings)
    stopping = threading.Event()
    for number in _STOPPING:
        signal.signal(number, lambda *_: stopping.set())
    with opened() as database, alone(database, stopping, waiting=_stand_by) as is_alone:
        if is_alone:
            tasks = tasks_of(settings, snapshots=snapshots)
            click.echo(f"Tending: {', '.join(task.name for task in tasks)}.")
            file = file_of(settings.instance)
            Tending(tasks, stopping, tell=lambda tasks: write_health(file, tasks, now())).run()
    click.echo("Ended.")


def _stand_by() -> None:
    click.echo("Another process tends this database; standing by.")
