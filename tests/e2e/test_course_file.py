"""A stage's course from a GPX file, in a browser."""

from __future__ import annotations

import math

from playwright.sync_api import Page, expect

from tests.e2e.test_director import sign_in
from tests.importers.courses import gpx


def test_a_course_is_read_beside_the_text_and_taken(page: Page, slug: str) -> None:
    sign_in(page)
    page.goto(f"/desk/{slug}/set-up")
    page.get_by_text("A stage’s course from a GPX file").click()
    course = gpx([(100.0 * n, 1500 + 400 * math.sin(n / 90)) for n in range(1_001)])
    page.get_by_label("GPX file").set_input_files(
        {"name": "course.gpx", "mimeType": "application/gpx+xml", "buffer": course}
    )
    page.get_by_role("button", name="Read the course").click()
    expect(page.get_by_role("status").first).to_contain_text("100.0 km, 1,200 m up")
    page.get_by_role("button", name="Take it as version 2").click()
    expect(page.get_by_text("Version 2 is the definition now.")).to_be_visible()
