"""Handing over and taking in, in a browser with screens and cameras that are really looked at."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.carriage.conftest import ADDRESS, ROOT, answer
from tests.conftest import BROWSER_SWITCHES
from tests.importers.carriage_samples import KEY, SLUG, carried, typical
from tests.importers.test_carriage import crowd
from tests.prerequisites import chromium_executable
from timing.importers import carriage
from timing.importers.carriage_codes import taken_word, write_codes
from timing.importers.carriage_files import write_file
from timing.importers.carriage_messages import write_messages

WRITTEN_KEY = "K7QM-2F9D-XW3H-TPA4"
AXE = (ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")

OPEN = """async ([view, records, theme]) => {
  const { Journal } = await import("/static/test/journal.js");
  globalThis.journal = new Journal(records);
  if (theme) document.documentElement.dataset.theme = theme;
  const root = document.querySelector("main");
  if (view === "give") {
    const { mountHandOver } = await import("/static/js/station/carriage/hand_over_view.js");
    globalThis.unmount = mountHandOver(root, journal);
  } else {
    const { mountTakeIn } = await import("/static/js/station/carriage/take_in_view.js");
    globalThis.unmount = mountTakeIn(root, journal);
  }
}"""


def give(page: Page, records: list[dict[str, Any]], theme: str = "") -> None:
    page.evaluate(OPEN, ["give", records, theme])


def take(page: Page, theme: str = "") -> None:
    page.evaluate(OPEN, ["take", [], theme])


def taken(page: Page) -> list[tuple[str | None, dict[str, Any]]]:
    """What the journal of the page was given, with its key."""
    lots = page.evaluate("journal.taken")
    return [(lot["key"], record) for lot in lots for record in lot["records"]]


def pictures(page: Page) -> list[bytes]:
    """A photograph of each code, as the screen shows it."""
    page.get_by_role("button", name="QR codes to another phone").click()
    if page.get_by_role("button", name="Hold still").is_visible():
        page.get_by_role("button", name="Hold still").click()
    numbers = page.locator(".carriage-number")
    found = []
    for nth in range(numbers.count()):
        if numbers.nth(nth).is_visible():
            numbers.nth(nth).click()
        found.append(page.locator("canvas").first.screenshot())
    return found


def png(content: bytes, name: str = "code.png") -> FilePayload:
    return FilePayload(name=name, mimeType="image/png", buffer=content)


# Codes --------------------------------------------------------------------------


def test_what_one_screen_shows_the_other_phone_takes_in(
    context: BrowserContext, page: Page
) -> None:
    records = [*typical(), *crowd(60)[10:]]
    give(page, records)
    photographs = pictures(page)
    assert len(photographs) >= 3
    other = context.new_page()
    other.goto(ADDRESS)
    take(other)

    first, second, *rest = [png(one) for one in photographs]
    other.locator("[data-picture]").set_input_files([*reversed(rest), first])
    total = len(photographs)
    expect(other.locator("[data-progress]")).to_have_text(
        f"{total - 1} of {total} codes, missing 2"
    )
    assert taken(other) == []
    other.locator("[data-picture]").set_input_files([first, second])
    expect(other.locator("[data-word]")).to_be_visible()

    assert taken(other) == [(WRITTEN_KEY, record) for record in records]

    # The way back: the word is shown as a code too, and typed or scanned on the first phone.
    word = other.locator("[data-word]").inner_text()
    page.get_by_label("When it has them all").fill("AAA-AAA")
    page.get_by_role("button", name="It has them").click()
    expect(page.get_by_text("That is not the word")).to_be_visible()
    page.get_by_label("When it has them all").fill(word.lower())
    page.get_by_role("button", name="It has them").click()
    expect(page.get_by_text(f"Handed over: {len(records)} records")).to_be_visible()
    assert len(page.evaluate("journal.records")) == len(records)
    other.close()


def test_a_code_is_read_by_the_text_that_any_app_gives(page: Page) -> None:
    take(page)
    codes = write_codes(carried(*crowd(40), key=KEY))

    page.get_by_label("Text of codes or messages").fill("\n".join([codes[-1], "Hello", *codes]))
    page.get_by_role("button", name="Take the text in").click()

    expect(page.get_by_text("40 records taken in")).to_be_visible()
    expect(page.get_by_text("Passed over: “Hello”")).to_be_visible()
    assert taken(page) == [(WRITTEN_KEY, record) for record in crowd(40)]
    (series,) = carriage.read_text("\n".join(codes)).series
    assert page.locator("[data-word]").inner_text() == taken_word(series.batch)


LUMA = """async (address) => {
  const picture = await createImageBitmap(await (await fetch(address)).blob());
  const canvas = new OffscreenCanvas(480, 480);
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#888";
  paper.fillRect(0, 0, 480, 480);
  paper.drawImage(picture, 60, 60, 360, 360);
  const { data } = paper.getImageData(0, 0, 480, 480);
  let text = "";
  for (let n = 0; n < data.length; n += 4) text += String.fromCharCode(16 + data[n] * 219 / 255);
  return btoa(text);
}"""


def film_of(bench: Page, photographs: list[bytes]) -> bytes:
    """Each picture in the middle of a grey wall for a third of a second, as a raw film."""
    film = b"YUV4MPEG2 W480 H480 F6:1 Ip A1:1 C420jpeg\n"
    for picture in photographs:
        address = "data:image/png;base64," + base64.b64encode(picture).decode()
        luma = base64.b64decode(bench.evaluate(LUMA, address))
        film += (b"FRAME\n" + luma + bytes([128]) * (480 * 480 // 2)) * 2
    return film


def test_a_camera_takes_a_series_from_a_screen(
    browser: Browser, bench: Page, page: Page, tmp_path: Path
) -> None:
    give(page, crowd(60))
    film = tmp_path / "film.y4m"
    film.write_bytes(film_of(bench, pictures(page)))
    filming = browser.browser_type.launch(
        executable_path=chromium_executable(),
        args=[
            *BROWSER_SWITCHES,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    try:
        other = filming.new_page(viewport={"width": 360, "height": 640})
        other.route("**/*", answer)
        other.goto(ADDRESS)
        take(other)
        other.get_by_role("button", name="Scan with the camera").click()

        expect(other.locator("[data-word]")).to_be_visible(timeout=20_000)

        assert taken(other) == [(WRITTEN_KEY, record) for record in crowd(60)]
        # Nothing is left to look for: the camera is off.
        expect(other.locator("video")).to_be_hidden()
    finally:
        filming.close()


# Without a camera -----------------------------------------------------------------


def test_a_refused_camera_is_told_with_what_works_instead(page: Page) -> None:
    page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException("no", "NotAllowedError"); }; }"""
    )
    take(page)
    page.get_by_role("button", name="Scan with the camera").click()

    expect(page.get_by_text("The camera was refused.")).to_be_visible()
    expect(page.get_by_text("takes a photograph of each")).to_be_visible()


def test_without_https_the_browser_s_refusal_is_told(page: Page) -> None:
    page.evaluate("() => Object.defineProperty(globalThis, 'isSecureContext', { value: false })")
    take(page)
    page.get_by_role("button", name="Scan with the camera").click()

    expect(page.get_by_text("this address is not https")).to_be_visible()


def test_where_there_is_no_camera_that_is_told(page: Page) -> None:
    take(page)
    page.get_by_role("button", name="Scan with the camera").click()

    expect(page.get_by_text("There is no camera")).to_be_visible()


def test_a_picture_without_a_code_is_told(page: Page) -> None:
    take(page)
    page.locator("[data-picture]").set_input_files(png(page.screenshot(), "wall.png"))

    expect(page.get_by_text("wall.png: no code is seen in it")).to_be_visible()


# Messages and files -----------------------------------------------------------------


def test_messages_are_shown_one_by_one(page: Page) -> None:
    give(page, crowd(30))
    page.get_by_role("button", name="Messages of 160 characters").click()

    shown = page.locator(".carriage-message").all_inner_texts()

    assert shown == write_messages(carried(*crowd(30)))


def test_a_file_goes_from_phone_to_desk_without_a_key(page: Page) -> None:
    give(page, typical())
    page.get_by_role("button", name="A file").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()

    content = Path(saved.value.path()).read_bytes()
    reading = carriage.read(content)
    assert [one.carried for one in reading.found] == carried(*typical())
    assert KEY.encode() not in content.replace(b"-", b"")
    assert saved.value.suggested_filename.endswith(".json")


def test_a_file_of_another_phone_is_sent_under_the_key_that_is_here(page: Page) -> None:
    take(page)
    content = write_file(SLUG, "A7F2KQ", 0, [*carried(*typical())])
    data = json.loads(content)
    data["records"].append({"id": "7", "kind": "passing"})
    page.locator("[data-file]").set_input_files(
        {"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(data).encode()}
    )

    expect(page.get_by_text(f"{len(typical())} records taken in")).to_be_visible()
    expect(page.get_by_text("1 row hold no record")).to_be_visible()
    assert taken(page) == [(WRITTEN_KEY, record) for record in typical()]


def test_what_was_taken_in_before_is_known(page: Page) -> None:
    take(page)
    text = "\n".join(write_messages(carried(*typical())))
    for _ in range(2):
        page.get_by_label("Text of codes or messages").fill(text)
        page.get_by_role("button", name="Take the text in").click()

    expect(page.get_by_text("That is here already.")).to_be_visible()
    assert taken(page) == [(WRITTEN_KEY, record) for record in typical()]


# End of shift -----------------------------------------------------------------------


def test_the_end_of_the_shift_is_kept_for_the_next_contact(page: Page) -> None:
    give(page, crowd(3))
    expect(page.get_by_text("3 records not yet sent.")).to_be_visible()
    page.get_by_role("button", name="End the shift").click()

    expect(page.get_by_text("The shift has ended.")).to_be_visible()
    assert page.evaluate("journal.status.shift") == "ended"
    page.get_by_role("button", name="Go on with the shift").click()
    assert page.evaluate("journal.status.shift") == "on"


def test_where_all_is_sent_there_is_nothing_to_hand_over(page: Page) -> None:
    give(page, crowd(3))
    page.evaluate(
        "() => { for (const { id } of journal.records) journal.sent.add(id);"
        " journal.dispatchEvent(new Event('change')); }"
    )
    expect(page.get_by_text("All is sent: nothing has to be handed over.")).to_be_visible()
    page.get_by_role("button", name="A file").click()
    expect(page.get_by_text("Nothing is unsent.")).to_be_visible()

    page.get_by_label("All of this phone").check(force=True)
    expect(page.get_by_role("link", name="Save the file")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("sun", 360), ("night", 1280)])
def test_both_views_are_for_everybody(page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for way in ("codes", "messages", "file", ""):
        if way:
            give(page, crowd(60), theme)
            page.locator(f"[data-way={way}]").click()
        else:
            take(page, theme)
            page.get_by_label("Text of codes or messages").fill(write_codes(carried(*crowd(60)))[0])
            page.get_by_role("button", name="Take the text in").click()
            expect(page.locator("[data-progress]")).to_be_visible()
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document.querySelector('main'))")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate("unmount()")
