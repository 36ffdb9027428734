"""Pages that say, in plain words, why there is no other page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.pages import addresses
from timing.pages.frame import Frame
from timing.pages.languages import mark, translate


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """An error: its HTTP status, a headline, what it means, a way on."""

    template: ClassVar[str] = "error.html"

    frame: Frame
    status: int
    title: str
    text: str
    detail: str
    back: str
    back_url: str


_WORDS: Mapping[int, tuple[str, str]] = {
    400: (
        mark("That could not be read"),
        mark("The address or the form holds something that makes no sense."),
    ),
    401: (mark("Please sign in"), mark("This page is for those who are signed in.")),
    403: (
        mark("Not allowed"),
        mark("This is not for you, or the page was open for too long: sign in again."),
    ),
    404: (
        mark("Nothing here"),
        mark("There is no such page. It may have been spelt otherwise, or moved."),
    ),
    405: (mark("Not in this way"), mark("This address takes no such request.")),
    409: (
        mark("Somebody was faster"),
        mark("It was changed in the meantime. Look again before you go on."),
    ),
    413: (mark("Too large"), mark("What was sent is larger than what is taken here.")),
    429: (mark("Too many tries"), mark("Wait a little, then try again.")),
    500: (
        mark("Something broke"),
        mark("The fault is ours, and it has been noted. Records are never lost."),
    ),
    503: (mark("Not just now"), mark("The system is busy or starting. Try again in a moment.")),
}
_OTHER = (mark("That did not work"), mark("The request could not be answered."))


def error_page(status: int, detail: str = "", *, path: str = "") -> ErrorPage:
    """The page for an HTTP status; ``detail`` says more, ``path`` is what was asked for."""
    title, text = _WORDS.get(status, _OTHER)
    back, back_url = mark("To the races"), addresses.races()
    if path.startswith(addresses.STATION):
        back, back_url = "To the station", addresses.STATION
    elif path.startswith(addresses.DESK):
        back, back_url = "To the desk", addresses.DESK
    elif (parts := path.strip("/").split("/"))[0] == "races" and len(parts) > 2:
        back, back_url = mark("To the race"), addresses.race(parts[1])
    return ErrorPage(
        frame=Frame(title=f"{translate(title)} · Bivouac"),
        status=status,
        title=translate(title),
        text=translate(text),
        detail=detail,
        back=translate(back),
        back_url=back_url,
    )
