"""Forms are bounded before they are read, and a definition of the longest still fits."""

import io
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import SLUG
from tests.web.forms import form
from tests.web.test_desk import sign_in
from timing.pages import addresses
from timing.web.desk_setup import LONGEST_TEXT
from timing.web.form_limits import MOST_BYTES, MOST_BYTES_OF_LONG_TEXTS, URLENCODED

SETUP = addresses.desk_setup(SLUG)
ADDRESSES = [
    addresses.DESK_SIGN_IN,
    f"/desk/{SLUG}/rulings/new",
    f"/desk/{SLUG}/entries",
    "/station/sign-in",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_form_longer_than_any_of_ours_is_refused_with_a_sentence(
    client: FlaskClient, address: str
) -> None:
    sign_in(client)
    answer = client.post(address, data=b"a=" + b"x" * MOST_BYTES, content_type=URLENCODED)
    assert answer.status_code == 413
    assert "This form is too long: it may hold 262 kB." in answer.text
    assert client.post(address, data=b"a=b", content_type=URLENCODED).status_code != 413


def test_a_form_without_a_length_is_not_read(app: Flask) -> None:
    body = io.BytesIO(b"a=" + b"x" * (MOST_BYTES * 4))
    answer = app.test_client().post(
        addresses.DESK_SIGN_IN,
        input_stream=body,
        content_type=URLENCODED,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 411
    assert body.tell() == 0


def test_the_longest_definition_fits_whatever_its_letters(client: FlaskClient) -> None:
    sign_in(client)
    values = form(client.get(SETUP), SETUP)
    text = "# 峠" + "峠" * (LONGEST_TEXT - 3)
    assert len(urlencode({**values, "text": text})) < MOST_BYTES_OF_LONG_TEXTS
    assert client.post(SETUP, data={**values, "text": text}).status_code != 413
    longer = client.post(SETUP, data={**values, "text": "x" * MOST_BYTES_OF_LONG_TEXTS})
    assert longer.status_code == 413
    assert "2,500 kB" in longer.text
