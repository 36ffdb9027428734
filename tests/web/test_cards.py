"""Pictures for where pages are shared, and the tags that lead to them."""

import re
import struct
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.live.test_books import finish, write
from tests.pages.sample import siroua_six
from tests.serving import SLUG, settings_for
from timing.core.book import RaceBook
from timing.db.engines import Database
from timing.exports.card import board_card, race_card, runner_card, stage_card, to_png
from timing.live.pictures import TooManyPictures
from timing.web.application import create_app
from timing.web.installation import installation

RACE = f"/races/{SLUG}"
PUBLIC = "https://live.example.org"
LONGEST = "Maria Fernanda de los Ángeles Villavicencio-Echeverría Quiñones del Castillo y Mendoza"


def size(image: bytes) -> tuple[int, int]:
    assert image.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def tags(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page))


@pytest.fixture
def public(filled: Database) -> FlaskClient:
    return create_app(settings_for(filled, BIVOUAC_PUBLIC_URL=PUBLIC)).test_client()


@pytest.mark.parametrize("of", ["", "/boards/gc", "/stages/1", "/entries/7", "/entries/12"])
def test_a_page_has_a_picture_of_the_size_and_weight_that_is_shown(
    client: FlaskClient, of: str
) -> None:
    got = client.get(f"{RACE}{of}/card.png")
    assert got.status_code == 200
    assert got.content_type == "image/png"
    assert got.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in got.headers
    assert size(got.data) == (1200, 630)
    assert len(got.data) < 100_000


def test_the_heaviest_cards_are_light_enough() -> None:
    document = siroua_six()
    names = tuple(replace(e, name=f"{LONGEST} {e.bib}") for e in document.entries)
    book = RaceBook(replace(document, entries=names))
    cards = (race_card(book), board_card(book, "gc"), stage_card(book, 4), runner_card(book, "9"))
    for card in cards:
        assert len(to_png(card)) < 100_000


def test_a_card_says_what_the_boards_say(client: FlaskClient) -> None:
    app = client.application
    here = installation(app)
    card = here.books.race(SLUG).ask(lambda book, _: runner_card(book, "12"))
    assert card["title"] == "مريم العلوي"
    assert card["bib"]["text"] == "12"
    assert [f["value"] for f in card["figures"]] == ["3", "3:20:30", "+10:30"]


def test_a_name_without_letters_that_can_be_drawn_is_called_by_its_bib() -> None:
    document = siroua_six()
    entries = tuple(replace(e, name="李文轩") if e.bib == "92" else e for e in document.entries)
    book = RaceBook(replace(document, entries=entries))
    assert runner_card(book, "92")["title"] == "Bib 92"


def test_who_is_ranked_nowhere_has_a_card_without_figures() -> None:
    card = runner_card(RaceBook(siroua_six()), "62")
    assert card["figures"] == []
    assert card["title"]
    assert size(to_png(card)) == (1200, 630)


@pytest.mark.parametrize(
    "path",
    [
        "/races/nowhere/card.png",
        f"{RACE}/boards/x/card.png",
        f"{RACE}/stages/9/card.png",
        f"{RACE}/entries/99/card.png",
    ],
)
def test_there_is_no_card_of_what_there_is_not(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_card_that_looks_the_same_goes_by_the_same_tag(
    client: FlaskClient, filled: Database
) -> None:
    etag = client.get(f"{RACE}/entries/7/card.png").headers["ETag"]
    write(filled, finish("15a", "11:39:00", "new"))
    again = client.get(f"{RACE}/entries/7/card.png", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_too_many_cards_are_refused_for_a_while(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object) -> None:
        raise TooManyPictures(7)

    monkeypatch.setattr(installation(client.application).pictures, "get", none_left)
    refused = client.get(f"{RACE}/card.png")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "7")


@pytest.mark.parametrize(
    "path",
    [RACE, f"{RACE}/boards/gc", f"{RACE}/stages/1", f"{RACE}/entries/7", f"/fr{RACE}/boards/gc"],
)
def test_a_page_says_where_its_picture_is(public: FlaskClient, path: str) -> None:
    told = tags(public.get(path).text)
    assert told["og:url"] == PUBLIC + path
    assert told["og:image"] == f"{PUBLIC}{path}/card.png"
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert told["twitter:card"] == "summary_large_image"
    assert told["og:title"]
    assert public.get(told["og:image"].removeprefix(PUBLIC)).status_code == 200


@pytest.mark.parametrize("of", ["/live", "/screen", "/teams/T1"])
def test_a_page_without_a_picture_of_its_own_has_its_race_s(public: FlaskClient, of: str) -> None:
    told = tags(public.get(f"{RACE}{of}").text)
    assert told["og:url"] == f"{PUBLIC}{RACE}{of}"
    assert told["og:image"] == f"{PUBLIC}{RACE}/card.png"


def test_the_picture_of_a_filtered_board_is_the_board_s(public: FlaskClient) -> None:
    told = tags(public.get(f"{RACE}/boards/gc?q=Ruiz&show=interval").text)
    assert told["og:url"] == f"{PUBLIC}{RACE}/boards/gc"


def test_a_page_of_the_past_is_not_offered(public: FlaskClient) -> None:
    assert "og:title" not in tags(public.get(f"{RACE}/boards/gc?at=2026-03-28T10:20:00Z").text)


def test_without_a_public_address_no_address_is_made_up(client: FlaskClient) -> None:
    page = client.get(RACE, headers={"Host": "evil.example"}).text
    told = tags(page)
    assert "evil.example" not in page
    assert told["og:title"] == "Three Valleys"
    assert "og:image" not in told
    assert "og:url" not in told
