"""A number is worked out beside everything else, and again where what came in concerns it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.serving import SLUG
from timing.core.publications import PublicationKind
from timing.db.engines import Database
from timing.db.publications import publications_of
from timing.operations import publications
from timing.operations.publications import Issue, Overtaken
from timing.web.publishing import TRIES, issue_number

WANTED = Issue(kind=PublicationKind.PROVISIONAL, after=1, number=1, at=1_800_000_000_000, by="Dora")


@pytest.mark.parametrize("times", [0, TRIES - 1, TRIES])
def test_what_is_overtaken_is_worked_out_again_and_issued_in_the_end(
    app: Flask, filled: Database, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """After so many tries others wait for it."""
    left = [times]
    put = publications.put

    def overtaken(*args: object) -> object:
        if left[0] > 0:
            left[0] -= 1
            raise Overtaken
        return put(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(publications, "put", overtaken)
    with app.app_context():
        assert issue_number(SLUG, WANTED).number == 1
    assert left == [0]
    with filled.reading() as session:
        assert [p.number for p in publications_of(session, SLUG)] == [1]
