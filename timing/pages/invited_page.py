"""The page of an invitation: what part in which race, and how to take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.pages import addresses
from timing.pages.frame import Frame
from timing.pages.part_words import PART_FACTS, part_name

_WHY = {
    "accepted": "This invitation was accepted already: each works once.",
    "withdrawn": "This invitation was withdrawn.",
    "expired": "This invitation is too old: each is good for seven days.",
}
_UNKNOWN = "There is no such invitation. Perhaps the link was not copied whole."


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedPage:
    """An open invitation; ``you`` is who is signed in, empty for who makes an account by it.

    ``sign_in_url`` is the way for who has one.
    """

    template: ClassVar[str] = "desk_invited.html"

    frame: Frame
    race: str
    part: str
    facts: str
    invited_by: str
    key: str
    message: str
    name: str
    you: str
    sign_in_url: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInvitedPage:
    """Why an invitation is none."""

    template: ClassVar[str] = "desk_not_invited.html"

    frame: Frame
    why: str


def invited_page(
    *,
    race: str,
    part: str,
    invited_by: str,
    key: str,
    you: str,
    form_token: str,
    message: str = "",
    name: str = "",
) -> InvitedPage:
    """The page; ``you`` is who is signed in, empty for nobody."""
    return InvitedPage(
        frame=Frame(title=f"Invitation · {race}", styles=("desk", "desk_people")),
        race=race,
        part=part_name(part).lower(),
        facts=PART_FACTS[part],
        invited_by=invited_by,
        key=key,
        message=message,
        name=name,
        you=you,
        sign_in_url=addresses.desk_sign_in(addresses.desk_invited(key)),
        form_token=form_token,
    )


def not_invited_page(state: str) -> NotInvitedPage:
    """The page for an invitation in this state, empty for one that never was."""
    return NotInvitedPage(
        frame=Frame(title="Invitation · Bivouac", styles=("desk", "desk_people")),
        why=_WHY.get(state, _UNKNOWN),
    )
