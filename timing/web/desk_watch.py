"""The desk's watch over stations, devices and clocks."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.pages.rendering import render
from timing.pages.watch_page import watch_page
from timing.web.desk import director_only
from timing.web.desk_stations import stations_and_devices
from timing.web.forms import form_token, new_id, private
from timing.web.installation import installation, now

desk_watch = Blueprint("desk_watch", __name__)


@desk_watch.get("/desk/<slug:slug>/watch")
@director_only
def watch(who: Director, slug: str) -> AnyResponse:
    """What needs a timekeeper, and how every device is."""
    here, csrf, moment = installation(), form_token(), now()
    here.books.refresh()
    with here.database.reading() as session:
        stations, devices = stations_and_devices(session, slug)

    def made(book: RaceBook, _: Standing) -> str:
        return render(
            watch_page(
                book,
                stations=stations,
                devices=devices,
                now=moment,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask(made))
