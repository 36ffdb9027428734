"""Where the address of a big screen is put together: what it shows, how, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.pages import addresses
from timing.pages.board_page import board_name
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import translate
from timing.pages.screen_options import SECONDS, TOP, ScreenOptions, screen_options
from timing.pages.shown_boards import STAGE, usual_boards
from timing.pages.stages import stage_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Something to choose."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSetupPage:
    """The form of a screen's address, filled in as its parameters say; ``address`` is the result.

    It begins with the installation's public address where that is known.
    """

    template: ClassVar[str] = "screen_setup.html"

    frame: Frame
    options: ScreenOptions
    boards: tuple[Offered, ...]
    stages: tuple[Offered, ...]
    seconds: tuple[int, int]
    top: tuple[int, int]
    form: str
    action: str
    screen: str
    address: str


def screen_setup(
    book: RaceBook, args: Mapping[str, str], *, origin: str = "", revision: int = 0
) -> ScreenSetupPage:
    """The form for a race; BadQuery where a parameter can't be."""
    options = screen_options(args)
    race = book.race
    chosen = options.boards or (STAGE, *usual_boards(book))
    codes = (STAGE, *book.board_codes())
    here = addresses.screen(race.slug, **options.query())
    return ScreenSetupPage(
        frame=race_frame(
            book,
            translate("Big screen"),
            revision=revision,
            styles=("screen_setup",),
            scripts=("screen_setup",),
        ),
        options=options,
        boards=tuple(
            Offered(value=code, label=_label(book, code), is_chosen=code in chosen)
            for code in codes
        ),
        stages=tuple(
            Offered(
                value=str(stage.number),
                label=stage_title(stage),
                is_chosen=stage.number == options.stage,
            )
            for stage in race.stages
            if stage.number in book.stages
        ),
        seconds=SECONDS,
        top=TOP,
        form=addresses.screen_setup(race.slug),
        action=addresses.screen(race.slug),
        screen=here,
        address=origin + here,
    )


def _label(book: RaceBook, code: str) -> str:
    return translate("The stage’s result") if code == STAGE else board_name(book, code)
