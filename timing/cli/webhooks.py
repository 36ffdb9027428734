"""``timing webhook``: other programs that are told what happens in a race."""

from __future__ import annotations

import random
import uuid

import click

from timing.cli.databases import now, opened, settings_in_force
from timing.cli.printing import Sheet, print_sheets
from timing.cli.refusals import Broken, refusing
from timing.core.times import format_instant
from timing.exports.announcements import EVENT_TYPES
from timing.operations.webhooks.delivering import allowed_by, deliver
from timing.operations.webhooks.endpoints import (
    TooManyWebhooks,
    UnknownWebhook,
    Webhook,
    add_webhook,
    remove_webhook,
    rotate_secret,
    webhooks_of,
)
from timing.operations.webhooks.outbox import due_delivery, note_answer, write_test
from timing.operations.webhooks.sending import Answered, BadWebhookUrl


@click.group()
def webhook() -> None:
    """Tell other programs what becomes public in a race, signed; `timing tend` sends it."""


@webhook.command()
@click.argument("slug", metavar="RACE")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice(EVENT_TYPES),
    help="Only these; repeatable. Without it, all.",
)
def add(*, slug: str, url: str, events: tuple[str, ...]) -> None:
    """Tell an address from now on.

    Its secret is printed once and can't be told again.
    """
    allowed = allowed_by(settings_in_force())
    try:
        with opened() as database, refusing(TooManyWebhooks), database.writing() as session:
            made = add_webhook(
                session, slug, url, allowed=allowed, at=now(), by="command line", events=events
            )
    except BadWebhookUrl as error:
        raise click.UsageError(f"An address for webhooks {error}.") from error
    click.echo(f"{made.public}\n{made.secret}")


@webhook.command("list")
@click.argument("slug", metavar="RACE")
def list_(*, slug: str) -> None:
    """List a race's webhooks, and how each is."""
    with opened() as database, database.reading() as session:
        found = webhooks_of(session, slug)
    rows = tuple(
        (
            one.public,
            one.url,
            " ".join(one.events) or "all",
            _state(one),
            str(one.waiting),
            str(one.given_up),
            format_instant(one.created),
        )
        for one in found
    )
    header = ("name", "address", "events", "state", "waiting", "given up", "made")
    print_sheets(
        [Sheet(title=f"Webhooks of {slug}", header=header, rows=rows, numeric=frozenset({4, 5}))]
    )


def _state(one: Webhook) -> str:
    if one.disabled is not None:
        return "disabled"
    if one.failures and one.paused_until is not None:
        return f"no answer, again at {format_instant(one.paused_until)}"
    return "works"


@webhook.command()
@click.argument("slug", metavar="RACE")
@click.argument("name")
def test(*, slug: str, name: str) -> None:
    """Send a test to a webhook now, and say what it answers."""
    allowed = allowed_by(settings_in_force())
    event_id = f"msg_{uuid.uuid4().hex}"
    with opened() as database, refusing(UnknownWebhook):
        with database.writing() as session:
            number = write_test(session, slug, name, event_id=event_id, at=now())
            due = due_delivery(session, number)
        came = "" if due is None else deliver(due, allowed, now())
        with database.writing() as session:
            note_answer(session, number, came, at=now(), chance=random.random)
    if isinstance(came, Answered) and came.is_taken:
        click.echo(f"Taken, with {came.status}.")
        return
    raise Broken(f"Answered {came.status}." if isinstance(came, Answered) else came)


@webhook.command()
@click.argument("slug", metavar="RACE")
@click.argument("name")
def rotate(*, slug: str, name: str) -> None:
    """Make another secret; all is signed by it and by the one before, until the next time.

    It is printed once and can't be told again.
    """
    with opened() as database, refusing(UnknownWebhook), database.writing() as session:
        made = rotate_secret(session, slug, name)
    click.echo(made.secret)


@webhook.command()
@click.argument("slug", metavar="RACE")
@click.argument("name")
def remove(*, slug: str, name: str) -> None:
    """Tell a webhook nothing more, and forget it."""
    with opened() as database, refusing(UnknownWebhook), database.writing() as session:
        remove_webhook(session, slug, name)
    click.echo(f"Removed {name}.")
