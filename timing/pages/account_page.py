"""The page of the own account: password, second factor, where it is signed in, who tried to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from timing.core.times import Instant, zone_named
from timing.pages import addresses
from timing.pages.agent_words import agent_words
from timing.pages.camp_page import code as qr_code
from timing.pages.frame import Frame
from timing.pages.part_words import part_name
from timing.pages.sign_in_words import KnownSignIn, SignInLine, sign_in_lines, when_words

_ZONE = zone_named("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSession:
    """A browser that is signed in; ``is_this`` is the one that asks."""

    id: int
    began: Instant
    seen: Instant
    network: str
    agent: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFactor:
    """The second factor of an account; ``uri`` is what an app scans, until it is confirmed."""

    is_on: bool
    secret: str
    uri: str
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session as listed."""

    id: int
    device: str
    facts: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """A race in which the account has a part."""

    name: str
    url: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """The own account.

    ``secret`` and ``qr`` are there while an app is being added, ``recovery_codes`` this once.
    ``faulty`` is the form that ``message`` is about, where that is an error.
    """

    template: ClassVar[str] = "desk_account.html"

    frame: Frame
    name: str
    message: str
    faulty: str
    parts: tuple[PartLine, ...]
    is_factor_on: bool
    codes_left: int
    secret: str
    qr: Markup
    recovery_codes: tuple[str, ...]
    sessions: tuple[SessionLine, ...]
    sign_ins: tuple[SignInLine, ...]
    signed_in_as: str
    form_token: str


def account_page(
    *,
    name: str,
    races: Mapping[str, tuple[str, str]],
    factor: KnownFactor | None,
    sessions: Iterable[KnownSession],
    sign_ins: Iterable[KnownSignIn],
    now: Instant,
    form_token: str,
    message: str = "",
    faulty: str = "",
    recovery_codes: Sequence[str] = (),
) -> AccountPage:
    """The account's page; ``races`` are names and parts by slug."""
    is_on = factor is not None and factor.is_on
    begun = factor if factor is not None and not factor.is_on else None
    return AccountPage(
        frame=Frame(title="Your account · Desk", styles=("desk", "desk_people")),
        name=name,
        message=message,
        faulty=faulty,
        parts=tuple(
            PartLine(name=called, url=addresses.desk(slug), part=part_name(part))
            for slug, (called, part) in races.items()
        ),
        is_factor_on=is_on,
        codes_left=factor.codes_left if factor is not None else 0,
        secret=_grouped(begun.secret) if begun else "",
        qr=qr_code(begun.uri) if begun else Markup(),
        recovery_codes=tuple(recovery_codes),
        sessions=tuple(_session_line(session, now) for session in sessions),
        sign_ins=sign_in_lines(sign_ins, now=now, zone=_ZONE),
        signed_in_as=name,
        form_token=form_token,
    )


def _session_line(session: KnownSession, now: Instant) -> SessionLine:
    since = when_words(session.began, now=now, zone=_ZONE)
    seen = when_words(session.seen, now=now, zone=_ZONE)
    return SessionLine(
        id=session.id,
        device=agent_words(session.agent),
        facts=f"from {session.network or 'nowhere known'}, since {since}, last seen {seen}",
        is_this=session.is_this,
    )


def _grouped(secret: str) -> str:
    return " ".join(secret[nth : nth + 4] for nth in range(0, len(secret), 4))
