"""What other sites take in: the framed board and the feed, and what neither gives away."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.live.test_books import finish, write
from tests.serving import SLUG, settings_for
from timing.db.engines import Database
from timing.web.application import create_app

EMBED = f"/races/{SLUG}/embed"
FEED = f"/races/{SLUG}/feed.json"


def feed_of(client: FlaskClient, query: str = "") -> Any:
    return json.loads(client.get(FEED + query).data)


@pytest.mark.parametrize("again", [False, True])
def test_only_the_embed_may_be_framed(client: FlaskClient, again: bool) -> None:
    if again:
        client.get(EMBED)
    policy = client.get(EMBED).headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'self'" in policy
    for other in (f"/races/{SLUG}", f"/races/{SLUG}/screen", FEED):
        headers = client.get(other).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_an_embed_sets_no_cookie_and_its_links_open_beside_the_frame(client: FlaskClient) -> None:
    page = client.get(EMBED)
    assert "Set-Cookie" not in page.headers
    links = [part.split(">")[0] for part in page.text.split("<a ")[1:] if "#main" not in part]
    assert len(links) >= 5
    for link in links:
        assert 'target="_blank"' in link
        assert 'rel="noopener"' in link


def test_an_embed_shows_the_lines_asked_for_of_the_board_asked_for(client: FlaskClient) -> None:
    page = client.get(f"{EMBED}?board=gc-women&lines=2").text
    assert "Ana Ruiz" in page
    assert "مريم العلوي" in page
    assert "Bo Lind" not in page
    assert "Zoë" not in page


@pytest.mark.parametrize(
    ("query", "status"),
    [("?board=nope", 404), ("?lines=0", 400), ("?lines=101", 400), ("?board=" + "x" * 81, 400)],
)
def test_what_cannot_be_asked_is_said_so(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(EMBED + query).status_code == status
    refused = client.get(FEED + query)
    assert refused.status_code == status
    assert refused.content_type == "application/problem+json"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


def test_an_embed_takes_a_theme_or_leaves_it_to_the_device(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get(EMBED).text
    assert '<html lang="en" data-theme="dark">' in client.get(f"{EMBED}?theme=dark").text
    assert client.get(f"{EMBED}?theme=sun").status_code == 400


def test_the_feed_says_how_the_race_stands(client: FlaskClient) -> None:
    told = feed_of(client, "?board=gc&lines=3")
    assert told["version"] == 1
    assert told["race"]["slug"] == SLUG
    assert [s["state"] for s in told["stages"]] == ["done", "to-come"]
    assert told["running_stage"] is None
    # Guns at 08:00, in at 11:10:00, 11:12:00 and 11:20:30.
    assert [
        (line["rank"], line["bib"], line["time"], line["gap"], line["time_ms"], line["gap_ms"])
        for line in told["board"]["lines"]
    ] == [
        (1, "7", "3:10:00", "+0:00", 11_400_000, 0),
        (2, "007", "3:12:00", "+2:00", 11_520_000, 120_000),
        (3, "12", "3:20:30", "+10:30", 12_030_000, 630_000),
    ]
    assert told["board"]["ranked"] == 4
    assert [a["bib"] for a in told["arrivals"]] == ["15a", "12", "007", "7"]
    assert told["arrivals"][0]["finished_at"] == "2026-03-28T10:40:00Z"


def test_the_feed_of_a_stage_and_of_teams(client: FlaskClient) -> None:
    assert [li["bib"] for li in feed_of(client, "?board=stage")["board"]["lines"]] == [
        "7",
        "007",
        "12",
        "15a",
    ]
    teams = feed_of(client, "?board=pairs")["board"]
    assert teams["of"] == "teams"
    assert [line["name"] for line in teams["lines"]] == ["Ibex"]


def test_any_site_s_scripts_may_read_the_feed_and_nothing_may_be_sent(client: FlaskClient) -> None:
    for _ in range(2):
        headers = client.get(FEED, headers={"Origin": "https://race.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers
        assert headers["Cache-Control"] == "public, max-age=1"
        assert "Set-Cookie" not in headers
    assert client.post(FEED).status_code in {400, 405}
    asked = client.options(FEED)
    assert asked.headers["Access-Control-Allow-Methods"] == "GET"
    assert asked.headers["Access-Control-Allow-Headers"] == "If-None-Match"


def test_a_feed_that_is_had_already_is_not_sent_again(
    client: FlaskClient, filled: Database
) -> None:
    etag = client.get(FEED).headers["ETag"]
    again = client.get(FEED, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    write(filled, finish("12", "11:00:00", "new"))
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 200


def test_the_feed_keeps_its_shape(client: FlaskClient) -> None:
    """Names may be added within version 1; none of these may go (docs/embedding.md)."""
    told = feed_of(client)
    line, arrival = told["board"]["lines"][0], told["arrivals"][0]
    assert set(told) == {
        "version",
        "language",
        "revision",
        "race",
        "stages",
        "running_stage",
        "field",
        "boards",
        "board",
        "arrivals",
    }
    assert set(told["race"]) == {"slug", "name", "timezone", "starts_on", "url"}
    assert set(line) == {
        "rank",
        "moved",
        "bib",
        "name",
        "nationality",
        "categories",
        "time_ms",
        "gap_ms",
        "points",
        "time",
        "gap",
        "on_road",
        "seen_at",
        "seen_clock",
        "url",
    }
    assert set(arrival) == {
        "stage",
        "bib",
        "name",
        "nationality",
        "rank",
        "time_ms",
        "time",
        "finished_at",
        "url",
    }


def test_addresses_are_whole_where_the_public_one_is_known(filled: Database) -> None:
    settings = settings_for(filled, BIVOUAC_PUBLIC_URL="https://live.example.org/")
    client = create_app(settings).test_client()
    told = json.loads(client.get(FEED, headers={"Host": "evil.example"}).data)
    assert told["race"]["url"] == f"https://live.example.org/races/{SLUG}"
    assert told["board"]["lines"][0]["url"].endswith(f"/races/{SLUG}/entries/7")


def test_the_address_of_a_request_is_never_believed(client: FlaskClient) -> None:
    told = client.get(FEED, headers={"Host": "evil.example"}).text
    assert "evil.example" not in told
    assert feed_of(client)["race"]["url"] == f"/races/{SLUG}"


def test_embed_and_feed_speak_the_language_of_their_address(client: FlaskClient) -> None:
    assert '<html lang="fr"' in client.get("/fr" + EMBED).text
    told = json.loads(client.get("/fr" + FEED).data)
    assert told["language"] == "fr"
    assert told["race"]["url"] == f"/fr/races/{SLUG}"
