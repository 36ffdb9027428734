"""What a big screen shows: the parameters of its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from timing.pages.selection import BadQuery, number_of

MOST_BOARDS = 12
SECONDS = (5, 300)
TOP = (5, 200)

Choice = TypeVar("Choice", bound=StrEnum)


class ScreenTheme(StrEnum):
    """Light by day in a bright tent, dark otherwise."""

    DARK = "dark"
    LIGHT = "light"


class ScreenPlace(StrEnum):
    """Where the screen stands: in camp the boards come first, at the finish the arrivals."""

    CAMP = "camp"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOptions:
    """A screen's options. ``boards`` are codes, empty for the usual ones; ``stage`` fixes one.

    ``seconds`` is how long a page of a board stays, ``top`` how many of each board are shown.
    """

    boards: tuple[str, ...] = ()
    seconds: int = 20
    top: int = 30
    stage: int | None = None
    theme: ScreenTheme = ScreenTheme.DARK
    what: ScreenPlace = ScreenPlace.CAMP

    def query(self) -> dict[str, str]:
        """The parameters that ask for this again, leaving out what is usual."""
        usual = ScreenOptions()
        said = {
            "boards": ",".join(self.boards),
            "seconds": str(self.seconds) if self.seconds != usual.seconds else "",
            "top": str(self.top) if self.top != usual.top else "",
            "stage": "" if self.stage is None else str(self.stage),
            "theme": self.theme.value if self.theme is not usual.theme else "",
            "what": self.what.value if self.what is not usual.what else "",
        }
        return {name: value for name, value in said.items() if value}


def screen_options(args: Mapping[str, str]) -> ScreenOptions:
    """The options in a query string's parameters; BadQuery where one cannot be."""
    usual = ScreenOptions()
    codes = (code.strip() for code in args.get("boards", "").split(","))
    boards = tuple(dict.fromkeys(code for code in codes if code))
    if len(boards) > MOST_BOARDS:
        raise BadQuery("boards", f"at most {MOST_BOARDS} codes, with commas between")
    return ScreenOptions(
        boards=boards,
        seconds=number_within(args, "seconds", SECONDS, usual.seconds),
        top=number_within(args, "top", TOP, usual.top),
        stage=number_of(args, "stage"),
        theme=choice_of(args, "theme", usual.theme),
        what=choice_of(args, "what", usual.what),
    )


def choice_of(args: Mapping[str, str], name: str, usual: Choice) -> Choice:
    """One of an enumeration in the query string, ``usual`` where it is not given; BadQuery."""
    text = args.get(name, "").strip()
    choices = type(usual)
    try:
        return choices(text) if text else usual
    except ValueError:
        raise BadQuery(name, " or ".join(choices)) from None


def number_within(args: Mapping[str, str], name: str, bounds: tuple[int, int], usual: int) -> int:
    """A whole number within bounds, both included, ``usual`` where it is not given; BadQuery."""
    text = args.get(name, "").strip()
    if not text:
        return usual
    least, most = bounds
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and least <= int(text) <= most):
        raise BadQuery(name, f"a whole number from {least} to {most}")
    return int(text)
