"""The second step of signing in to the desk: the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.pages.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """Where the code of the app is typed."""

    template: ClassVar[str] = "desk_code.html"

    frame: Frame
    message: str
    form_token: str


def code_page(*, message: str, form_token: str) -> CodePage:
    """The page, which says nothing of whose code it asks for."""
    return CodePage(
        frame=Frame(title="Code · Desk", styles=("desk", "desk_people")),
        message=message,
        form_token=form_token,
    )
