"""Rulings of the entries' pages: shown as what they would change, then recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import Ruling
from timing.core.times import Instant
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.record import Fate
from timing.pages.rendering import render
from timing.pages.supposed_page import supposed_page
from timing.web import recording
from timing.web.forms import field, form_token, private
from timing.web.installation import installation, now

_MOST_DIGITS = 15


def moment_of_form() -> Instant:
    """When a previewed form was shown, which its rulings are dated by; else now.

    So the same form sent twice is the same records.
    """
    said = field("at")
    is_moment = said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS
    return min(int(said), now()) if is_moment else now()


def show_supposed(
    who: Director,
    slug: str,
    rulings: Sequence[Ruling],
    *,
    heading: str,
    told: Callable[[RaceBook], Sequence[str]],
    action: str,
    tab: str,
    back_url: str,
    at: Instant,
    record: str = "Record it",
) -> AnyResponse:
    """What the rulings would change, with the same form again to record them."""
    here, csrf = installation(), form_token()
    several = [(k, v) for k, values in request.form.lists() for v in values]
    kept = [(k, v) for k, v in several if k not in ("csrf_token", "preview", "at")]
    here.books.refresh()

    def made(book: RaceBook, _: Standing) -> str:
        page = supposed_page(
            book,
            rulings,
            heading=heading,
            told=told(book),
            fields=(*kept, ("at", str(at))),
            action=action,
            tab=tab,
            back_url=back_url,
            form_token=csrf,
            signed_in_as=who.name,
            record=record,
        )
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made))


def record_all(slug: str, rulings: Sequence[Ruling]) -> bool:
    """Write them; whether all of them are there now as they should be."""
    written = recording.write(slug, rulings=rulings)
    installation().books.refresh()
    return Fate.CONFLICT not in written.fates
