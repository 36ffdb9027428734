"""The page over plain http that leads a phone to the camp's https address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import segno
from markupsafe import Markup

from timing.pages.frame import Frame

AUTHORITY = "/bivouac-camp.crt"
PROFILE = "/bivouac-camp.mobileconfig"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampPage:
    """What a phone is told: ``station`` and the ``others`` are addresses by https.

    ``fingerprint`` is the authority's, empty where a real certificate needs none.
    """

    template: ClassVar[str] = "camp.html"

    frame: Frame
    called: str
    station: str
    code: Markup
    others: tuple[str, ...]
    fingerprint: str
    ends: str
    authority: str = AUTHORITY
    profile: str = PROFILE


def camp_page(*, called: str, addresses: tuple[str, ...], fingerprint: str, ends: str) -> CampPage:
    """The page of an installation; the first of its https ``addresses`` is the one to use."""
    station = f"{addresses[0]}/station"
    return CampPage(
        frame=Frame(title=f"{called}: to the station app", styles=("camp",)),
        called=called,
        station=station,
        code=code(station),
        others=addresses[1:],
        fingerprint=fingerprint,
        ends=ends,
    )


def code(text: str) -> Markup:
    """A QR code, black on white, as wide as it is given room."""
    made = segno.make(text, error="m", micro=False)
    drawn = made.svg_inline(omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by the library, of numbers only
