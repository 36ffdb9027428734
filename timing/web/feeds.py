"""What programs of readers subscribe to: calendars of starts, and the feed of results."""

from __future__ import annotations

from flask import Blueprint, Response

from timing.exports import calendar, feed
from timing.web.answering import answered

feeds = Blueprint("feeds", __name__)


@feeds.get("/races/<slug:slug>/calendar.ics")
def race_starts(slug: str) -> Response:
    """The starts of a race."""
    return answered(slug, calendar.race_calendar, calendar.CONTENT_TYPE)


@feeds.get("/races/<slug:slug>/entries/<bib>/calendar.ics")
def runner_starts(slug: str, bib: str) -> Response:
    """The starts of a runner."""
    return answered(
        slug,
        lambda book, revision: calendar.runner_calendar(book, bib, revision),
        calendar.CONTENT_TYPE,
    )


@feeds.get("/races/<slug:slug>/feed.atom")
def results_feed(slug: str) -> Response:
    """What happened in a race."""
    return answered(slug, lambda book, _: feed.race_feed(book), feed.CONTENT_TYPE)
