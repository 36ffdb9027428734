"""Every endpoint, method by method, for everybody: generated from the table of routes.

What is expected of an endpoint is decided by what its view names (its right), or by where it
stands: public pages, stations, the interface with its keys. Whatever is nowhere must be in a list
here, so that an endpoint that nobody has decided about fails the test.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import BEFORE, PASSWORD, SLUG, bearer, director_key, settings_for, station_key
from tests.web.people import account, signed_in
from timing.db.engines import Database
from timing.operations.directors import add_account
from timing.operations.people import members
from timing.operations.races import add_race, export_document
from timing.operations.roles import RIGHTS, Part, Right
from timing.pages import addresses
from timing.pages.granted import ANYBODYS, TAB_RIGHTS
from timing.pages.public_pages import NOT_KEPT, PAGES
from timing.web.application import create_app

OTHER = "secret-tour"
NAME = "Tour Nobody Knows Of"
MISSING = "no-such-race"

PUBLIC = {kind.route for kind in PAGES} | set(NOT_KEPT)
OPEN = {
    "/healthz": "whether the process lives",
    "/readyz": "whether it can serve",
    "/metrics": "how it does; who may ask is a setting",
    "/api/v1/": "the description of the interface, for people",
    "/api/v1/openapi.json": "the same for programs",
    "/api/v1/station/clock": "what time it is",
    "/desk/sign-in": "where one says who one is",
    "/desk/sign-in/code": "the second step; without the first it leads back to it",
    "/desk/sign-out": "ends what there is, if anything",
    "/desk/invited": "whoever has the key of an invitation",
}
"""What asks nobody who they are, and why."""
READ_BY_ALL = "results."
"""Endpoints of the interface that tell what the public pages do."""
STATION = "/station"
"""The station's own pages: what records takes a station's key, of which no account has any."""
API = "/api/v1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address in one method; ``right`` where its view names one."""

    method: str
    rule: str
    name: str
    is_guarded: bool
    right: Right | None

    def path(self, slug: str) -> str:
        """An address of it, with something in each place."""
        path = self.rule.replace("<slug>", slug)
        path = re.sub(r"<int:\w+>", "1", path)
        return re.sub(r"<(\w+:)?\w+>", "x", path)

    @property
    def is_of_a_race(self) -> bool:
        return "<slug>" in self.rule


def endpoints(app: Flask) -> Iterator[Endpoint]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Endpoint(
                method=method,
                rule=rule.rule.replace("<slug:slug>", "<slug>"),
                name=rule.endpoint,
                is_guarded=hasattr(view, "right"),
                right=getattr(view, "right", None),
            )


def is_public(endpoint: Endpoint) -> bool:
    plain = re.sub(r"<\w+:(\w+)>", r"<\1>", endpoint.rule)
    return endpoint.method == "GET" and plain in PUBLIC


def is_of_the_interface(endpoint: Endpoint) -> bool:
    return endpoint.rule.startswith(API) and endpoint.rule not in OPEN


def leads_on(endpoint: Endpoint) -> bool:
    """Where a form is sent, asked for in a browser's address: it says nothing but where to go."""
    return endpoint.method == "GET" and endpoint.rule.startswith("/desk/<slug>/")


@pytest.fixture
def matrix(filled: Database) -> Flask:
    """The application, with a second race, in which nobody of the first has a part."""
    with filled.writing() as session:
        document = export_document(session, SLUG).document
        race = replace(document.race, slug=OTHER, name=NAME)
        stranger = add_account(session, "stranger", PASSWORD, at=BEFORE)
        other = replace(document, race=race, passings=(), rulings=())
        add_race(session, other, at=BEFORE, by="tests", founder=stranger.id)
    made = create_app(settings_for(filled))
    made.config["WTF_CSRF_ENABLED"] = False  # asked here is who may, not where a form came from
    return made


def ask(client: FlaskClient, endpoint: Endpoint, slug: str, **more: object) -> TestResponse:
    answer = client.open(endpoint.path(slug), method=endpoint.method, **more)  # type: ignore[arg-type]
    answer.close()
    return answer


def is_sign_in(answer: TestResponse) -> bool:
    return f'action="{addresses.DESK_SIGN_IN}"' in answer.text


def test_every_endpoint_is_decided_about(matrix: Flask) -> None:
    undecided = [
        endpoint
        for endpoint in endpoints(matrix)
        if not (
            endpoint.is_guarded
            or is_public(endpoint)
            or endpoint.rule in OPEN
            or endpoint.rule.startswith(STATION)
            or is_of_the_interface(endpoint)
            or leads_on(endpoint)
        )
    ]
    assert undecided == []


def test_a_desk_address_of_a_race_names_a_right_or_says_nothing(matrix: Flask) -> None:
    client = matrix.test_client()
    for endpoint in endpoints(matrix):
        if not endpoint.rule.startswith("/desk/<slug>") or endpoint.is_guarded:
            continue
        assert leads_on(endpoint), endpoint
        for slug in (OTHER, MISSING):
            answer = ask(client, endpoint, slug)
            assert answer.status_code == 303, endpoint
            assert answer.location.startswith(addresses.desk(slug)), endpoint


@pytest.mark.parametrize("part", Part)
def test_a_part_reaches_what_its_rights_say_and_is_told_who_could_give_another(
    matrix: Flask, filled: Database, part: Part
) -> None:
    who = account(filled, f"the {part}", part)
    client = signed_in(matrix, filled, who)
    with filled.reading() as session:
        owner = next(m.name for m in members(session, SLUG) if m.part is Part.OWNER)
    for endpoint in endpoints(matrix):
        if endpoint.right is None:
            continue
        answer = ask(client, endpoint, SLUG)
        assert not is_sign_in(answer), endpoint
        if endpoint.right in RIGHTS[part]:
            assert answer.status_code not in (401, 403, 500), (endpoint, answer.status_code)
            assert "There is no race" not in answer.text, endpoint
        elif part is Part.STATION and endpoint.path(SLUG) == addresses.desk(SLUG):
            assert answer.location == addresses.desk_record(SLUG)
        else:
            assert answer.status_code == 403, (endpoint, answer.status_code)
            assert "Not for this part" in answer.text, endpoint
            assert owner in answer.text, endpoint


def test_a_race_without_a_part_in_it_is_as_one_that_is_not_there(
    matrix: Flask, filled: Database
) -> None:
    for part in Part:
        client = signed_in(matrix, filled, account(filled, f"the {part}", part))
        for endpoint in endpoints(matrix):
            if not (endpoint.is_guarded and endpoint.is_of_a_race):
                continue
            there, missing = (ask(client, endpoint, slug) for slug in (OTHER, MISSING))
            assert there.status_code == missing.status_code == 404, endpoint
            assert there.text.replace(OTHER, MISSING) == missing.text, endpoint
            assert NAME not in there.text
        assert NAME not in client.get(addresses.DESK, follow_redirects=True).text
        assert OTHER not in client.get(addresses.DESK_ACCOUNT).text


def test_nobody_is_asked_who_they_are_and_learns_nothing(matrix: Flask) -> None:
    client = matrix.test_client()
    for endpoint in endpoints(matrix):
        if not endpoint.is_guarded:
            continue
        there, missing = (ask(client, endpoint, slug) for slug in (OTHER, MISSING))
        assert there.status_code == (200 if endpoint.method == "GET" else 401), endpoint
        assert is_sign_in(there), endpoint
        assert NAME not in there.text
        assert missing.status_code == there.status_code


def test_whoever_is_signed_in_reaches_their_own_account_without_any_part(
    matrix: Flask, filled: Database
) -> None:
    client = signed_in(matrix, filled, account(filled, "newcomer"))
    for endpoint in endpoints(matrix):
        if endpoint.is_guarded and not endpoint.is_of_a_race and "new" not in endpoint.rule:
            answer = ask(client, endpoint, SLUG)
            assert answer.status_code != 401, endpoint
            assert not is_sign_in(answer), endpoint


def test_public_pages_ask_nobody(matrix: Flask) -> None:
    client = matrix.test_client()
    for endpoint in endpoints(matrix):
        if is_public(endpoint) or endpoint.name.startswith(READ_BY_ALL):
            assert ask(client, endpoint, SLUG).status_code not in (401, 403, 405), endpoint


def test_the_interface_takes_keys_of_the_race_and_no_cookie(
    matrix: Flask, filled: Database
) -> None:
    """An owner's session is no key; a key of another race, or of a station, opens no desk."""
    owner = signed_in(matrix, filled, account(filled, "owner", Part.OWNER))
    elsewhere = bearer(station_key(filled, slug=OTHER))
    of_station, of_director = bearer(station_key(filled)), bearer(director_key(filled))
    for endpoint in endpoints(matrix):
        if not is_of_the_interface(endpoint) or endpoint.name.startswith(READ_BY_ALL):
            continue
        body: dict[str, object] = {"query_string": {"stage": "1", "control": "S1"}}
        if endpoint.method in ("POST", "PUT", "PATCH"):
            body["json"] = {}
        for client in (matrix.test_client(), owner):
            answer = ask(client, endpoint, SLUG, **body)
            # The shape of what is sent is looked at before the key, and tells nothing.
            assert answer.status_code in (401, 422), (endpoint, answer.status_code)
        if endpoint.is_of_a_race:
            answer = ask(matrix.test_client(), endpoint, SLUG, headers=elsewhere, **body)
            assert answer.status_code in (401, 403, 422), (endpoint, answer.status_code)
        shown = {"headers": of_director if endpoint.is_of_a_race else of_station}
        answer = ask(matrix.test_client(), endpoint, SLUG, **shown, **body)
        assert answer.status_code < 500, endpoint


def test_a_station_page_records_nothing_for_an_account_that_opened_none(
    matrix: Flask, filled: Database
) -> None:
    client = signed_in(matrix, filled, account(filled, "owner", Part.OWNER))
    for endpoint in endpoints(matrix):
        if endpoint.rule.startswith(STATION) and endpoint.method == "POST":
            if endpoint.rule in (addresses.STATION_SIGN_IN, addresses.STATION_SIGN_OUT):
                continue
            answer = ask(client, endpoint, SLUG)
            assert addresses.STATION_SIGN_IN in answer.text or answer.status_code == 303, endpoint


def test_each_tab_of_the_desk_is_shown_by_the_right_that_its_page_takes(matrix: Flask) -> None:
    rights = {
        endpoint.path(SLUG): endpoint.right
        for endpoint in endpoints(matrix)
        if endpoint.method == "GET" and endpoint.right is not None
    }
    where = {
        "desk": addresses.desk(SLUG),
        "set-up": addresses.desk_setup(SLUG),
    }
    for key, right in TAB_RIGHTS.items():
        path = where.get(key, f"{addresses.desk(SLUG)}/{key}")
        if path in rights:
            assert rights[path] == right, key
    assert not ANYBODYS & set(TAB_RIGHTS)


@pytest.mark.parametrize("part", Part)
def test_no_link_of_the_desk_leads_to_a_refusal(
    matrix: Flask, filled: Database, part: Part
) -> None:
    client = signed_in(matrix, filled, account(filled, f"the {part}", part))
    page = client.get(addresses.desk(SLUG), follow_redirects=True).text
    tabs = page[page.index('<nav aria-label="Desk">') : page.index("</header>")]
    links = set(re.findall(r'href="(/desk[^"#?]*)"', tabs))
    known = {
        endpoint.path(SLUG)
        for endpoint in endpoints(matrix)
        if endpoint.method == "GET" and endpoint.is_guarded
    }
    for link in links & known:
        assert client.get(link).status_code in (200, 303), link
    is_offered = addresses.desk_setup_step(SLUG) in links
    assert is_offered is (Right.DEFINE in RIGHTS[part])
