"""The page of the desk that says why something is not for who asked, and who could change that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.pages import addresses
from timing.pages.frame import Frame
from timing.pages.part_words import any_of, part_name


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPage:
    """What was asked for takes another ``part``, or a second factor; ``owners`` are names."""

    template: ClassVar[str] = "desk_refused.html"

    frame: Frame
    slug: str
    part: str
    needed: str
    owners: tuple[str, ...]
    lacks_second_factor: bool
    account_url: str
    signed_in_as: str
    form_token: str


def refused_page(
    slug: str,
    *,
    part: str,
    parts: Sequence[str],
    owners: Sequence[str],
    lacks_second_factor: bool,
    signed_in_as: str,
    form_token: str,
) -> RefusedPage:
    """The page for who plays ``part`` and would have to play one of ``parts``."""
    return RefusedPage(
        frame=Frame(title="Not allowed · Desk", styles=("desk", "desk_people")),
        slug=slug,
        part=part_name(part).lower(),
        needed=any_of([part_name(each).lower() for each in parts]),
        owners=tuple(owners),
        lacks_second_factor=lacks_second_factor,
        account_url=addresses.DESK_ACCOUNT,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )
