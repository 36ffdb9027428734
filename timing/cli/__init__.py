"""The ``timing`` command."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

import timing

_MODULES = {
    "check": "timing.cli.results",
    "compute": "timing.cli.results",
    "explain": "timing.cli.explaining",
    "diff": "timing.cli.differing",
    "safety": "timing.cli.safety",
    "jerseys": "timing.cli.prizes",
    "ceremony": "timing.cli.prizes",
    "history": "timing.cli.prizes",
    "digest": "timing.cli.digesting",
    "verify": "timing.cli.verifying",
    "simulate": "timing.cli.simulating",
    "convert": "timing.cli.converting",
    "compare": "timing.cli.comparing",
    "export": "timing.cli.exporting",
    "print": "timing.cli.sheets",
    "race": "timing.cli.races",
    "take": "timing.cli.taking",
    "chips": "timing.cli.taking",
    "reader": "timing.cli.reader",
    "token": "timing.cli.tokens",
    "carriage": "timing.cli.carriage",
    "director": "timing.cli.directors",
    "person": "timing.cli.person",
    "sync": "timing.cli.syncing",
    "node": "timing.cli.nodes",
    "home": "timing.cli.homes",
    "promote": "timing.cli.homes",
    "db": "timing.cli.databases",
    "backup": "timing.cli.backups",
    "restore": "timing.cli.backups",
    "webhook": "timing.cli.webhooks",
    "serve": "timing.cli.serving",
    "check-settings": "timing.cli.settings_checks",
    "tend": "timing.cli.tend",
    "snapshots": "timing.cli.snapshots",
    "camp": "timing.cli.camp",
    "demo": "timing.cli.demo",
}
"""Where each command is, under its own name; in the order of the help."""


class _Commands(click.Group):
    """Commands imported when they are called: a file's results need not wait for a database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order they are told."""
        del ctx
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None if there is none."""
        del ctx
        if cmd_name not in _MODULES:
            return None
        module = import_module(_MODULES[cmd_name])
        return cast(click.Command, getattr(module, cmd_name.replace("-", "_")))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(timing.__version__, message="Bivouac %(version)s")
def main() -> None:
    """Timing and results for multi-day stage races.

    Commands work on a racefile, or with --race SLUG on a race of the database.
    """
