"""How the API refuses what is done at the desk: the same everywhere but for a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.description import Problem
from timing.web.errors import PROBLEM_JSON

USUAL: Mapping[int, str] = {
    400: "The body is no JSON.",
    401: "No key, or one that is not known.",
    403: "The key is not a director's.",
    413: "The body is too long.",
    422: "Something in the body is wrong; nothing was written.",
    503: "The database is busy; nothing was written, send it again.",
}


def refusals_of(
    blueprint: ApiBlueprint, said: Mapping[int, str]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that describes the usual refusals, with ``said`` added or instead, by status."""

    def described(view: Callable[..., Any]) -> Callable[..., Any]:
        for status, words in sorted({**USUAL, **said}.items()):
            view = blueprint.alt_response(
                status, schema=Problem, content_type=PROBLEM_JSON, description=words
            )(view)
        return view

    return described
