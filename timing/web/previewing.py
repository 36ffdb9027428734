"""What rulings would change, on a page of its own, before anything is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.publications import Publication
from timing.core.records import Ruling
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.pages.preview_page import MadeOn, preview_page
from timing.pages.rendering import render
from timing.web.forms import form_token, private
from timing.web.installation import installation

NOT_SENT_AGAIN = ("csrf_token", "preview")


def previewed(
    who: Director,
    slug: str,
    rulings: Sequence[Ruling],
    *,
    made_on: MadeOn,
    issued: Sequence[Publication] = (),
    act: str = "",
) -> AnyResponse:
    """What these rulings would change together, with the form as it was sent to record them."""
    here, csrf = installation(), form_token()
    sent = [(k, v) for k, values in request.form.lists() for v in values]
    fields = [(k, v) for k, v in sent if k not in NOT_SENT_AGAIN]
    first, *also = rulings
    here.books.refresh()

    def made(book: RaceBook, _: Standing) -> str:
        page = preview_page(
            book,
            first,
            also=also,
            fields=fields,
            form_token=csrf,
            signed_in_as=who.name,
            made_on=made_on,
            issued=issued,
            act=act,
        )
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made))
