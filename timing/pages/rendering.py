"""From page values to HTML: Jinja without Flask, the same for site, snapshots and mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, ClassVar, Protocol, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from timing.core.rehearsals import is_rehearsal
from timing.pages import addresses, figures, granted, languages, words
from timing.pages.languages import speaking, spoken, translate, translate_many
from timing.pages.policy import STYLES
from timing.pages.sharing import sharing_of
from timing.pages.static_files import (
    INLINE_STYLES,
    TEMPLATES,
    icon,
    inline_style,
    shapes,
    static_address,
)

_LINES_REMEMBERED = 50_000  # ten boards of a large race, filtered or not


class Page(Protocol):
    """Any page: it names the template that shows it."""

    template: ClassVar[str]


@cache
def environment() -> Environment:
    """The one environment of all templates. Everything is escaped; nothing may be undefined."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        languages=languages,
        addresses=addresses,
        is_rehearsal=is_rehearsal,
        figures=figures,
        granted=granted,
        words=words,
        icon=icon,
        shapes=shapes,
        prose=prose,
        static=static_address,
        inline_styles=INLINE_STYLES,
        inline_style=inline_style,
        style_policy=STYLES,
        line=line_html,
    )
    made.policies["ext.i18n.trimmed"] = True  # a sentence may take several lines of a template
    made.install_gettext_callables(translate, translate_many, newstyle=True)  # type: ignore[attr-defined]
    return made


def prose(text: str) -> Markup:
    """Text in which `this` is code: what the interface's description is written in."""
    parts = text.split("`")
    return Markup().join(
        Markup("<code>{}</code>").format(part) if nth % 2 else part
        for nth, part in enumerate(parts)
    )


def render(page: Page, *, notice: str = "", here: str = "") -> str:
    """The whole document of a page, under the installation's ``notice`` if it has one.

    ``here`` is the page's own address without its language: where it is given, the page offers
    itself in the other languages, and says what is shown where a link to it is shared.
    """
    return (
        environment()
        .get_template(page.template)
        .render(
            page=page, notice=notice, here=here, sharing=sharing_of(page, here) if here else None
        )
    )


def piece_html(page: Page, name: str) -> str:
    """One part of a page, which its template includes and the live stream sends alone."""
    return environment().get_template(f"pieces/{name}.html").render(page=page).strip()


def line_html(kind: str, row: object) -> Markup:
    """One line of a table: the macro ``kind`` of ``lines.html``, in the language spoken.

    Remembered by its values, so that a board of which three lines changed costs three lines.
    """
    return _line_html(spoken().code, kind, row)


@lru_cache(maxsize=_LINES_REMEMBERED)
def _line_html(code: str, kind: str, row: object) -> Markup:
    with speaking(code):
        return Markup(_line_macro(kind)(row))  # noqa: S704 - a macro's output is escaped already


@cache
def _line_macro(kind: str) -> Callable[[Any], str]:
    module = environment().get_template("lines.html").module
    return cast(Callable[[Any], str], getattr(module, kind))
