"""A race set up in steps by a director in a browser: checked, kept, taken, rehearsed."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.test_director import sign_in
from tests.importers.courses import gpx

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"


def looks_well(page: Page) -> None:
    """Axe finds nothing and nothing is wider than the window, on a phone and a desk."""
    page.evaluate(AXE.read_text("utf-8"))
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if width == 360 else "light")
        found = page.evaluate("async () => (await axe.run()).violations")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], (page.url, width)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, (page.url, width, wide)


def test_a_race_is_set_up_in_steps_checked_as_typed_kept_taken_and_rehearsed(
    page: Page, slug: str
) -> None:
    sign_in(page)
    page.goto(f"/desk/{slug}/set-up/race")
    zone = page.get_by_label("Time zone")
    zone.fill("Europe/Zürich")
    expect(page.locator("[data-fault='race.timezone']")).to_contain_text("zone")
    expect(zone).to_have_attribute("aria-invalid", "true")
    looks_well(page)
    zone.fill("Europe/Zurich")
    expect(page.locator("[data-fault='race.timezone']")).to_be_empty()
    page.get_by_label("Name", exact=True).fill("Valleys, anew")
    expect(page.get_by_role("status")).to_contain_text("Kept at")

    # On another device, or after the battery died: it is there.
    page.goto(f"/desk/{slug}/set-up/stages")
    expect(page.get_by_text("Your draft")).to_be_visible()
    page.locator(".setup_stages a").first.click()
    page.get_by_label("Time", exact=True).fill("07:00")
    expect(page.get_by_role("status")).to_contain_text("Kept at")
    code = page.get_by_label("Code").nth(1).input_value()
    course = gpx([(100.0 * n, 1000 + n) for n in range(600)], waypoints=[(code, 9_000.0)])
    page.get_by_label("GPX file", exact=True).set_input_files(
        {"name": "course.gpx", "mimeType": "application/gpx+xml", "buffer": course}
    )
    page.get_by_role("button", name="Read the course").click()
    expect(page.get_by_role("heading", name="named like controls")).to_be_visible()
    looks_well(page)
    page.get_by_role("button", name="Use the ticked ones").click()
    expect(page.get_by_label("km", exact=True).nth(1)).to_have_value("9")

    page.goto(f"/desk/{slug}/set-up/rules")
    looks_well(page)
    page.get_by_label("Protests are taken for").fill("1:00:00")
    page.get_by_role("button", name="Keep and go on").click()
    expect(page.get_by_text("Stage 1 starts at 07:00 instead of 08:00.")).to_be_visible()
    looks_well(page)
    page.get_by_role("button", name="Take it as version 2").click()
    expect(page.get_by_text("Version 2 is the definition now.")).to_be_visible()

    page.goto(f"/desk/{slug}/set-up")
    text = page.get_by_label("The definition")
    text.fill(text.input_value().replace("timezone:", "timezon:"))
    expect(page.locator("[data-live-faults]")).to_contain_text("did you mean")
    looks_well(page)
    page.goto(f"/desk/{slug}/set-up")
    page.get_by_role("button", name="Throw the draft away").click()

    page.goto(f"/desk/{slug}/set-up/rehearsal")
    page.get_by_label("Runners").fill("20")
    page.get_by_label("Teams among them").fill("2")
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_text("It can be looked at")).to_be_visible(timeout=30_000)
    looks_well(page)
    page.get_by_role("link", name="Public pages", exact=False).last.click()
    expect(page.get_by_text("Nobody here is real")).to_be_visible()
