"""What a page tells those who show a link to it: a title, a sentence, a picture.

They want whole addresses. Those begin with the installation's public address, never with what a
request calls it: answers are remembered and shared, and whoever asks first must not choose where
everybody's links lead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from timing.pages.languages import LANGUAGES, prefix, spoken

WIDTH, HEIGHT = 1200, 630

_WITH_CARD = re.compile(r"/races/[^/]+(?:/(?:boards|stages|entries)/[^/]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The tags of a page. ``url`` and ``image`` are empty where no public address is known.

    ``locale`` is the page's, ``others`` are those that it has too.
    """

    title: str
    description: str
    site: str
    url: str
    image: str
    locale: str
    others: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


def sharing(*, title: str, description: str, site: str, path: str, origin: str) -> Sharing:
    """The tags of the page at ``path``, one without a language and a query string."""
    whole = f"{origin}{prefix()}{path}" if origin else ""
    return Sharing(
        title=title,
        description=description,
        site=site,
        url=whole,
        image=f"{whole}/card.png" if whole and _WITH_CARD.fullmatch(path) else "",
        locale=spoken().region,
        others=tuple(language.region for language in LANGUAGES if language is not spoken()),
    )
