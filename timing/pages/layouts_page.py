"""The layouts of what is printed: which are the race's own, and one of them to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.definition import Race
from timing.pages import addresses
from timing.pages.frame import Frame, name_and_edition

STYLES = ("desk", "files", "layouts")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutItem:
    """A sheet: whose layout is in force, and why the standard one stands in for it if it does."""

    title: str
    url: str
    is_own: bool
    told: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionItem:
    """A version of a layout; ``url`` opens its text to be taken again."""

    number: int
    told: str
    is_standard: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutsPage:
    """Every layout, with what was just said."""

    template: ClassVar[str] = "desk_layouts.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    messages: tuple[str, ...]
    items: tuple[LayoutItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPage:
    """One layout: its text, what is wrong with it, its versions.

    ``line`` is where it is wrong, 0 where that is not known; ``wrong`` stands there. ``based_on``
    is the version in force.
    """

    template: ClassVar[str] = "desk_layout_text.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    title: str
    action: str
    text: str
    longest: int
    based_on: int
    is_own: bool
    message: str
    line: int
    wrong: str
    versions: tuple[VersionItem, ...]


def layouts_page(
    race: Race,
    items: Sequence[LayoutItem],
    *,
    form_token: str,
    signed_in_as: str,
    messages: Sequence[str],
) -> LayoutsPage:
    """The page of all layouts."""
    return LayoutsPage(
        frame=Frame(title=f"Layouts · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        messages=tuple(messages),
        items=tuple(items),
    )


def layout_page(
    race: Race,
    sheet: str,
    title: str,
    text: str,
    *,
    longest: int,
    versions: Sequence[VersionItem],
    is_own: bool,
    form_token: str,
    signed_in_as: str,
    message: str = "",
    line: int = 0,
) -> LayoutPage:
    """The page of one layout."""
    lines = text.splitlines()
    return LayoutPage(
        frame=Frame(title=f"{title} · Layouts · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        title=title,
        action=addresses.desk_layouts(race.slug, sheet),
        text=text,
        longest=longest,
        based_on=versions[0].number if versions else 0,
        is_own=is_own,
        message=message,
        line=line,
        wrong=lines[line - 1].strip()[:200] if 0 < line <= len(lines) else "",
        versions=tuple(versions),
    )
