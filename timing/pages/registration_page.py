"""The registration desk and the check-in at a start: who has what, and who is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.pages.frame import Frame

SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """A line of the checklist for one entry; ``told`` says by whom and when."""

    code: str
    label: str
    blocks: bool
    is_done: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredItem:
    """Somebody found: what is missing, in words."""

    id: str
    bib: str
    name: str
    told: str
    is_blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationPage:
    """The search, and with ``id`` the checklist of one."""

    template: ClassVar[str] = "desk_registration.html"

    frame: Frame
    slug: str
    race: str
    query: str
    id: str
    bib: str
    name: str
    before: tuple[Ticked, ...]
    after: tuple[Ticked, ...]
    found: tuple[RegisteredItem, ...]
    more: int
    total: int
    complete: int
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsPage:
    """The race's checklist, a line each: its label, and marks for blocking and coming back."""

    template: ClassVar[str] = "desk_registration_items.html"

    frame: Frame
    slug: str
    race: str
    lines: tuple[tuple[int, str, bool, bool], ...]
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInItem:
    """Somebody who is expected at the start; ``seen`` where they were seen on the course."""

    id: str
    bib: str
    name: str
    told: str
    is_here: bool
    is_blocked: bool
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInPage:
    """Who is at the start of a stage, who is not, and who was ruled not to start."""

    template: ClassVar[str] = "desk_check_in.html"

    frame: Frame
    slug: str
    race: str
    form: str
    stage: int
    stages: tuple[tuple[int, str], ...]
    title: str
    expected: int
    here: tuple[CheckInItem, ...]
    missing: tuple[CheckInItem, ...]
    ruled: tuple[tuple[str, str, str], ...]
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str
