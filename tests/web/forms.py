"""Filling in forms as a browser without scripts does."""

from collections.abc import Mapping
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Forms(HTMLParser):
    """The forms of a page: action, and the values that stand in their fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("name"):
            is_chosen = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if is_chosen:
                self.forms[-1][1][given["name"]] = given.get("value", "")


def form(page: TestResponse, action: str, **expected: str) -> dict[str, str]:
    """The values of the first form with this action, and with these values in it."""
    for where, values in Forms(page.text).forms:
        if where == action and expected.items() <= values.items():
            return dict(values)
    raise AssertionError(f"no form to {action} with {expected}")


def submit(
    client: FlaskClient,
    address: str,
    action: str,
    fields: Mapping[str, str],
    *,
    choose: Mapping[str, str] | None = None,
) -> TestResponse:
    """Open a page, fill in its form, send it."""
    values = form(client.get(address), action, **(choose or {}))
    return client.post(action, data={**values, **fields})
