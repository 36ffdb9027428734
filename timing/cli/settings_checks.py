"""``timing check-settings``: whether it can be served as the settings say."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from timing.cli.refusals import Refused, refusing
from timing.db.engines import BadDatabaseUrl, open_database
from timing.operations import schema
from timing.settings import SETTINGS, BadSettings, Settings, read_settings


@click.command()
def check_settings() -> None:
    """Say what is wrong with the settings, or list those in force."""
    with refusing(BadSettings):
        settings = read_settings(os.environ)
    faults = tuple(unusable(settings))
    if faults:
        raise Refused("\n".join(faults))
    width = max(len(setting.variable) for setting in SETTINGS)
    for name, value, is_set in in_force(settings, os.environ):
        click.echo(f"{name:{width}}  {'set    ' if is_set else 'default'}  {value}".rstrip())


def in_force(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Each variable, its value unless it is secret, and whether it was set."""
    for setting, own in zip(SETTINGS, fields(settings), strict=True):
        value = getattr(settings, own.name)
        if own.name == "database_url":
            text = make_url(value).render_as_string(hide_password=True)
        elif isinstance(value, bool):
            text = "yes" if value else "no"
        elif isinstance(value, tuple):
            text = ",".join(value)
        else:
            text = "" if value is None else str(value)
        if text and not own.repr and own.name != "database_url":
            text = "(not shown)"
        yield setting.variable, text, bool(environ.get(setting.variable))


def unusable(settings: Settings) -> Iterator[str]:
    """What can be read and not be used, a sentence each, naming its variable."""
    yield from unusable_files(settings)
    if fault := _unreachable(settings):
        yield f"BIVOUAC_DATABASE_URL: {fault}"


def unusable_files(settings: Settings) -> Iterator[str]:
    """The folders that can't be written to, and the files that can't be read."""
    for variable, folder in (
        ("BIVOUAC_INSTANCE", settings.instance),
        ("BIVOUAC_BACKUPS", settings.backups),
    ):
        if fault := _unwritable(folder):
            yield f"{variable}: nothing can be written to {folder}: {fault}."
    for variable, file in (
        ("BIVOUAC_CERTIFICATE", settings.certificate),
        ("BIVOUAC_CERTIFICATE_KEY", settings.certificate_key),
    ):
        if file is not None and not os.access(file, os.R_OK):
            yield f"{variable}: {file} is not there, or can't be read."


def _unwritable(folder: Path) -> str:
    """Why nothing can be written to a folder, or made where it is missing; empty if it can."""
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _unreachable(settings: Settings) -> str:
    try:
        with closing(open_database(settings.database_url)) as database:
            if database.file is not None and not database.file.exists():
                return f"there is no database at {database.file}; run: timing db upgrade"
            if not schema.is_current(database):
                return "the database is of another release; run: timing db upgrade"
    except BadDatabaseUrl as error:
        return f"{error}."
    except SQLAlchemyError as error:
        return f"the database can't be used: {getattr(error, 'orig', None) or error}"
    return ""
