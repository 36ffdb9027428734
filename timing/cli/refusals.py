"""What a person is told instead of a traceback when the file or the call is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from timing.racefile.faults import nearest


class Refused(click.ClickException):
    """The file or the call is wrong: exit status 2. The message may have several lines."""

    exit_code = 2


class Broken(click.ClickException):
    """What was asked for ran, and then failed by itself: exit status 1."""

    exit_code = 1


@contextmanager
def refusing(*mistakes: type[Exception]) -> Iterator[None]:
    """Tell these exceptions, whose messages are made for people, as `Refused`."""
    try:
        yield
    except mistakes as mistake:
        raise Refused(str(mistake)) from mistake


def unknown(what: str, given: str, known: Iterable[str], *, listed: bool = True) -> Refused:
    """That there is no such thing, which one was probably meant, and which there are."""
    words = list(known)
    told = f'There is no {what} "{given}"'
    like = nearest(given, words)
    told += f'; did you mean "{like}"?' if like else "."
    if listed:
        told += f" There are: {', '.join(words)}." if words else " There are none."
    return Refused(told)
