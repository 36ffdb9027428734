"""What a page tells those who show a link to it: a title, a sentence, a picture.

They want whole addresses. Those begin with the installation's public address, never with what a
request calls it: answers are remembered and shared, and whoever asks first must not choose where
everybody's links lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from timing.pages.languages import prefix, spoken

WIDTH, HEIGHT = 1200, 630

_CARD_OF = re.compile(r"/races/[^/]+(?:/(?:boards|stages|entries)/[^/]+$)?")
"""What of an address has a card: a board, a stage, a runner; of every other page its race."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The tags of a page. ``url`` and ``image`` are empty where no public address is known.

    ``locale`` is the page's.
    """

    title: str
    description: str
    site: str
    url: str
    image: str
    locale: str
    width: int = WIDTH
    height: int = HEIGHT


_ORIGIN: ContextVar[str] = ContextVar("origin", default="")


@contextmanager
def published_at(origin: str) -> Iterator[None]:
    """Make pages of an installation with that public address until the end of the ``with``."""
    token = _ORIGIN.set(origin)
    try:
        yield
    finally:
        _ORIGIN.reset(token)


def sharing_of(page: object, here: str) -> Sharing | None:
    """The tags of the page of a race at ``here``, an address without its language.

    None of other pages, and of what shows another moment than the present.
    """
    frame = getattr(page, "frame", None)
    if frame is None or not frame.race or frame.past:
        return None
    path, origin = here.partition("?")[0], _ORIGIN.get()
    site = f"{origin}{prefix()}" if origin else ""
    card = _CARD_OF.match(path)
    return Sharing(
        title=frame.title,
        description=getattr(page, "lead", "") or getattr(page, "description", ""),
        site=frame.race,
        url=f"{site}{path}" if site else "",
        image=f"{site}{card[0]}/card.png" if site and card is not None else "",
        locale=spoken().region,
    )
