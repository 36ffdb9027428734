"""A phone that joined at the office, and then finds only the camp under the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.served import Server, serving
from tests.sync.camps import PATIENCE_SECONDS, SLUG, Camp, camps
from tests.sync.processes import Way
from timing.core.records import Void
from timing.operations.races import export_document
from timing.operations.tokens import TokenScope, make_token

PATIENCE_MS = PATIENCE_SECONDS * 1_000


@pytest.fixture
def served(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[tuple[Camp, Server], ...]]:
    """The office, where the race is kept, and the camp, which has exchanged it once."""
    folders = [tmp_path / name for name in ("office", "camp")]
    for folder in folders:
        folder.mkdir()
    with camps(migrated_file, tmp_path, "Office", "Camp") as (office, camp):
        office.found()
        camp.exchange(office)
        with (
            serving(office.database, folders[0], workers=1) as at_office,
            serving(camp.database, folders[1], workers=1) as at_camp,
        ):
            yield (office, at_office), (camp, at_camp)


def tap(page: Page, bib: str) -> None:
    page.keyboard.type(bib)
    page.keyboard.press("Enter")
    expect(page.locator(f".entered li[data-bib='{bib}']")).to_be_visible(timeout=PATIENCE_MS)


def all_sent(page: Page) -> None:
    unsent = page.locator(".counts .cell").nth(1).locator("b")
    expect(unsent).to_have_text("0", timeout=PATIENCE_MS)


def test_its_key_works_in_the_camp_after_a_sync_and_what_it_recorded_is_at_both_once(
    browser: Browser, served: tuple[tuple[Camp, Server], ...]
) -> None:
    (office, at_office), (camp, at_camp) = served
    with office.database.writing() as session:
        key = make_token(
            session, SLUG, scope=TokenScope.STATION, label="Finish", at=office.now(),
            stage=1, controls=("FINISH",),
        ).plain  # fmt: skip
    before = {record for record, _ in office.records()}
    with Way(at_office.port) as way:
        context = browser.new_context(base_url=way.url, viewport={"width": 360, "height": 640})
        page = context.new_page()
        page.goto(f"/station#{key}")
        expect(page.locator(".rec")).to_be_visible(timeout=PATIENCE_MS)
        tap(page, "12")
        all_sent(page)

        way.lead_to(at_camp.port)  # which has not heard of the key
        with page.expect_response(
            lambda answer: answer.url.endswith("/records") and answer.status == 401,
            timeout=PATIENCE_MS,
        ):
            tap(page, "7")
        assert camp.records() == {one for one in office.records() if one[0] in before}

        camp.exchange(office)
        all_sent(page)
        assert camp.held() == office.held() + 1
        # What it recorded at the office it takes back in the camp.
        page.get_by_role("button", name="Undo 12").click()
        expect(page.locator(".entered li[data-bib='12']")).to_contain_text("Undone")
        assert camp.wait_until(lambda: camp.held() == office.held() + 2)
        all_sent(page)

        way.lead_to(at_office.port)
        tap(page, "15a")
        all_sent(page)
        context.close()
    camp.exchange(office)
    assert camp.records() == office.records()
    assert camp.digests() == office.digests()
    with office.database.reading() as session:
        document = export_document(session, SLUG).document
    passings = [passing for passing in document.passings if passing.id not in before]
    rulings = [ruling for ruling in document.rulings if ruling.id not in before]
    assert Counter(passing.bib for passing in passings) == {"12": 1, "7": 1, "15a": 1}
    (undone,) = (passing.id for passing in passings if passing.bib == "12")
    assert [ruling.record for ruling in rulings if isinstance(ruling, Void)] == [undone]
    assert len(rulings) == 1
