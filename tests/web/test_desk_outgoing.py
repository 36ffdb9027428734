"""Webhooks at the desk: added, shown once, tested, disabled, sent again."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.serving import SLUG
from tests.web.forms import submit
from tests.web.test_desk import sign_in
from timing.db.engines import Database
from timing.operations.webhooks import endpoints, outbox
from timing.operations.webhooks.sending import Answered
from timing.web import desk_outgoing

PAGE = f"/desk/{SLUG}/outgoing"
HOOKS = f"{PAGE}/webhooks"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def add(director: FlaskClient, url: str = "https://example.org/hook") -> tuple[str, str]:
    """The name and the secret of a new webhook, as the page shows them."""
    made = submit(director, PAGE, HOOKS, {"what": "add", "url": url})
    assert made.status_code == 200
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", made.text)
    return re.findall(r"wh_[0-9a-f]{8}", made.text)[0], secret


def test_a_secret_is_shown_once(director: FlaskClient) -> None:
    name, secret = add(director)
    again = director.get(PAGE).text
    assert name in again
    assert secret not in again
    assert "whsec_" not in again


def test_an_address_that_may_not_be_told_comes_back_with_what_is_wrong(
    director: FlaskClient,
) -> None:
    refused = submit(director, PAGE, HOOKS, {"what": "add", "url": "http://example.org/hook"})
    assert refused.status_code == 400
    assert "begins with https://" in refused.text
    assert 'value="http://example.org/hook"' in refused.text


def test_a_test_says_what_was_answered_and_stands_among_the_deliveries(
    director: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk_outgoing, "deliver", lambda *_: Answered(status=503, text="<b>broken</b>")
    )
    name, _ = add(director)
    submit(director, PAGE, HOOKS, {"what": "test", "webhook": name})
    page = director.get(PAGE).text
    assert "was refused: 503" in page
    assert "&lt;b&gt;broken&lt;/b&gt;" in page


def test_it_is_disabled_enabled_and_removed(director: FlaskClient, filled: Database) -> None:
    name, _ = add(director)
    submit(director, PAGE, HOOKS, {"what": "disable", "webhook": name})
    assert "Disabled at the desk." in director.get(PAGE).text
    submit(director, PAGE, HOOKS, {"what": "enable", "webhook": name})
    assert "Disabled at the desk." not in director.get(PAGE).text
    submit(director, PAGE, HOOKS, {"what": "remove", "webhook": name})
    with filled.reading() as session:
        assert endpoints.webhooks_of(session, SLUG) == ()
    gone = submit(director, PAGE, HOOKS, {"what": "disable", "webhook": name})
    assert gone.status_code == 400


def test_another_secret_is_valid_beside_the_one_before(
    director: FlaskClient, filled: Database
) -> None:
    name, first = add(director)
    made = submit(director, PAGE, HOOKS, {"what": "rotate", "webhook": name})
    (second,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", made.text)
    with filled.writing() as session:
        number = outbox.write_test(session, SLUG, name, event_id="msg_1", at=0)
        due = outbox.due_delivery(session, number)
    assert due is not None
    assert due.keys == (second, first)
    submit(director, PAGE, HOOKS, {"what": "end-rotation", "webhook": name})
    with filled.reading() as session:
        ended = outbox.due_delivery(session, number)
    assert ended is not None
    assert ended.keys == (second,)


def test_what_was_given_up_is_sent_again(director: FlaskClient, filled: Database) -> None:
    name, _ = add(director)
    with filled.writing() as session:
        number = outbox.write_test(session, SLUG, name, event_id="msg_1", at=0)
        outbox.note_answer(session, number, "no answer", at=1, chance=lambda: 1)
    answer = submit(director, PAGE, HOOKS, {"what": "again", "delivery": str(number)})
    assert answer.status_code == 303
    with filled.reading() as session:
        (one,) = outbox.last_deliveries(session, SLUG)
    assert (one.state, one.attempts) == ("waiting", 0)


def test_none_of_it_is_for_who_has_not_signed_in(client: FlaskClient, filled: Database) -> None:
    assert client.post(HOOKS, data={"what": "add", "url": "https://example.org/"}).status_code in {
        400,
        401,
    }
    assert "Webhooks" not in client.get(PAGE).text
    with filled.reading() as session:
        assert endpoints.webhooks_of(session, SLUG) == ()
