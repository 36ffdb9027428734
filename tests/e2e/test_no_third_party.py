"""Public pages in a browser: every request goes to ourselves, and no cookie is set (Rules 12.2)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from werkzeug.routing import Rule

from tests.served import Server
from tests.serving import settings_for
from tests.web.test_privacy import STREAM, VALUES, is_guarded, paths
from timing.db.engines import Database
from timing.web.application import create_app


def public_rules(database: Database) -> list[Rule]:
    app = create_app(settings_for(database))
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != STREAM and not is_guarded(rule)
    ]


def test_every_request_of_every_public_page_goes_to_ourselves(
    page: Page,
    server: Server,
    database: Database,
    slug: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, values in {"slug": [slug], "code": ["gc"], "number": ["1"], "bib": ["7"]}.items():
        monkeypatch.setitem(VALUES, name, values)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shown = 0
    context = page.context
    for rule in public_rules(database):
        for path in paths(rule):
            answer = context.request.get(path)
            if answer.ok and answer.headers["content-type"].startswith("text/html"):
                page.goto(path)
                shown += 1
    elsewhere = {url for url in asked if not url.startswith((f"{server.url}/", "data:", "blob:"))}
    assert elsewhere == set()
    assert context.cookies() == []
    assert shown >= 6
