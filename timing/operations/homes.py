"""Where a race's frame, its definition and entries, has its home (docs/decisions/0008).

Records may be written anywhere. The frame changes in one place at a time, its home; every other
installation follows. Who is home is said by claims, which are a set that travels as the journal
does: the highest term counts, so that whoever takes over later is believed wherever they are heard
of. Of two claims to one term the earlier counts, everywhere the same, and the quarrel is listed.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.tables import (
    ClaimRow,
    DefinitionRow,
    FrameRow,
    NodeRow,
    RaceNodeRow,
    RaceRow,
    SyncCursorRow,
)


class ClaimKind(StrEnum):
    """How a home came to be.

    FOUNDED: the race was made there. HANDED_OVER: by the home before. PROMOTED: it took over by
    itself. RENEWED: a home that was restored from a backup, before it changed anything.
    """

    FOUNDED = "founded"
    HANDED_OVER = "handed-over"
    PROMOTED = "promoted"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That the home is at ``node`` from ``term`` on.

    ``epoch`` is the life of its database, ``base`` the edition of the frame it took over.
    """

    term: int
    node: str
    at: Instant
    epoch: str
    kind: ClaimKind
    base: int
    by: str

    @property
    def weight(self) -> tuple[int, int, tuple[int, ...]]:
        """What claims are compared by: the greatest counts."""
        return claim_weight(self.term, self.at, self.node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which frame it is: the claim under which it was made, and its number among the changes."""

    term: int
    at: Instant
    node: str
    edition: int

    @property
    def weight(self) -> tuple[tuple[int, int, tuple[int, ...]], int]:
        """What frames are compared by: the greatest is the newest."""
        return claim_weight(self.term, self.at, self.node), self.edition


def claim_weight(term: int, at: Instant, node: str) -> tuple[int, int, tuple[int, ...]]:
    """A higher term, then an earlier claim, then the node whose id is first in the alphabet."""
    return term, -at, tuple(-ord(character) for character in node)


class NotHome(ValueError):
    """The definition and entries are kept elsewhere: ``node``, called ``name``."""

    def __init__(self, slug: str, node: str, name: str) -> None:
        super().__init__(
            f"the definition and entries of {slug!r} are kept at {name or node}: change them"
            f" there, or have them handed over there: timing home hand-over {slug} --to …"
        )
        self.slug = slug
        self.node = node
        self.name = name


class FrameNotHere(ValueError):
    """This node was made the home, but what it is to keep has not come yet."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"the home of {slug!r} was handed over to this installation, but its definition and"
            " entries have not come yet: sync first"
        )
        self.slug = slug


class UnknownNode(LookupError):
    """The race was never told to be on such an installation."""

    def __init__(self, slug: str, name: str) -> None:
        super().__init__(f"no installation {name!r} is known to have {slug!r}; sync with it first")
        self.name = name


class IsHome(ValueError):
    """It is the home already."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"the definition and entries of {slug!r} are kept there already")


def own_node(session: Session) -> NodeRow:
    """This installation."""
    return session.scalars(select(NodeRow)).one()


def found(session: Session, race: RaceRow, *, at: Instant, by: str) -> None:
    """Say that a race just made has its home here."""
    me = own_node(session)
    claim = Claim(
        term=1, node=me.node_id, at=at, epoch=me.epoch, kind=ClaimKind.FOUNDED, base=0, by=by
    )
    add_claims(session, race.id, (claim,))
    stamp = Stamp(term=1, at=at, node=me.node_id, edition=1)
    session.add(frame_row(race.id, stamp, version=1))
    session.flush()


def frame_row(race_id: int, stamp: Stamp, *, version: int) -> FrameRow:
    """A row that says which frame stands here."""
    return FrameRow(
        race_id=race_id,
        term=stamp.term,
        claimed=stamp.at,
        node_id=stamp.node,
        edition=stamp.edition,
        version=version,
        set_aside=None,
    )


def stamp_of(row: FrameRow) -> Stamp:
    """The stamp in a row."""
    return Stamp(term=row.term, at=row.claimed, node=row.node_id, edition=row.edition)


def claims_of(session: Session, race_id: int) -> tuple[Claim, ...]:
    """Every claim heard of, the one that counts last."""
    rows = session.scalars(select(ClaimRow).where(ClaimRow.race_id == race_id))
    claims = (
        Claim(
            term=row.term,
            node=row.node_id,
            at=row.claimed,
            epoch=row.epoch,
            kind=ClaimKind(row.kind),
            base=row.base,
            by=row.made_by,
        )
        for row in rows
    )
    return tuple(sorted(claims, key=lambda claim: claim.weight))


def quarrels(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims to the highest term, where there are several: somebody has to decide."""
    held = sorted(claims, key=lambda claim: claim.weight)
    rivals = tuple(claim for claim in held if claim.term == held[-1].term)
    return rivals if len(rivals) > 1 else ()


def add_claims(session: Session, race_id: int, claims: Iterable[Claim]) -> None:
    """Take claims in; one of a known term and node changes nothing, but the earlier stays."""
    known = {
        (row.term, row.node_id): row
        for row in session.scalars(select(ClaimRow).where(ClaimRow.race_id == race_id))
    }
    for claim in claims:
        row = known.get((claim.term, claim.node))
        if row is not None and (row.claimed, row.epoch) <= (claim.at, claim.epoch):
            continue
        if row is None:
            row = ClaimRow(race_id=race_id, term=claim.term, node_id=claim.node)
            session.add(row)
            known[claim.term, claim.node] = row
        row.claimed = claim.at
        row.epoch = claim.epoch
        row.kind = claim.kind.value
        row.base = claim.base
        row.made_by = claim.by
    session.flush()


def require_home(session: Session, race: RaceRow, *, at: Instant | None = None) -> FrameRow:
    """See that the frame may be changed here; the row that says which frame stands.

    A home that was restored from a backup since it became one first renews its claim: others may
    follow editions that it no longer knows. Raises NotHome and FrameNotHere.
    """
    me = own_node(session)
    held = claims_of(session, race.id)[-1]
    if held.node != me.node_id:
        raise NotHome(race.slug, held.node, name_of(session, race.id, held.node))
    frame = session.get_one(FrameRow, race.id)
    if (frame.term, frame.node_id) != (held.term, held.node):
        raise FrameNotHere(race.slug)
    if held.epoch not in ("", me.epoch):
        moment = held.at + 1 if at is None else at
        take_home(session, race, kind=ClaimKind.RENEWED, at=moment, by=held.by)
    return frame


def frame_changed(session: Session, race: RaceRow) -> None:
    """Count one more edition of the frame that stands here."""
    frame = session.get_one(FrameRow, race.id)
    frame.edition += 1
    frame.version = latest_version(session, race.id)
    session.flush()


def latest_version(session: Session, race_id: int) -> int:
    """The number of the latest definition here."""
    return (
        session.scalar(
            select(func.max(DefinitionRow.version)).where(DefinitionRow.race_id == race_id)
        )
        or 0
    )


def take_home(
    session: Session,
    race: RaceRow,
    *,
    kind: ClaimKind,
    at: Instant,
    by: str,
    node: str = "",
) -> Claim:
    """Begin a new term at ``node``, by default here, with the frame as it stands here.

    The caller sees to it that this is right, and holds the race's lock.
    """
    me = own_node(session)
    target = node or me.node_id
    epoch = me.epoch
    if target != me.node_id:
        other = session.get(RaceNodeRow, (race.id, target))
        epoch = other.epoch if other is not None else ""
    frame = session.get_one(FrameRow, race.id)
    last = claims_of(session, race.id)[-1]
    claim = Claim(
        term=last.term + 1,
        node=target,
        at=at,
        epoch=epoch,
        kind=kind,
        base=frame.edition,
        by=by,
    )
    add_claims(session, race.id, (claim,))
    frame.term, frame.claimed, frame.node_id = claim.term, claim.at, claim.node
    frame.edition += 1
    session.flush()
    return claim


def hand_over(session: Session, race: RaceRow, *, to: str, at: Instant, by: str) -> Claim:
    """Make another installation the home, named by its id or name. The race's lock is held.

    From here on nobody changes the frame until it has come there by sync. Raises NotHome,
    FrameNotHere, UnknownNode and IsHome.
    """
    require_home(session, race, at=at)
    node = node_called(session, race, to)
    if node == own_node(session).node_id:
        raise IsHome(race.slug)
    return take_home(session, race, kind=ClaimKind.HANDED_OVER, at=at, by=by, node=node)


def node_called(session: Session, race: RaceRow, name: str) -> str:
    """The id of an installation by its id, the beginning of it, or its name; UnknownNode."""
    rows = session.scalars(select(RaceNodeRow).where(RaceNodeRow.race_id == race.id)).all()
    found = {
        row.node_id
        for row in rows
        if row.name.casefold() == name.casefold() or (name and row.node_id.startswith(name))
    }
    if name == own_node(session).node_id:
        return name
    if len(found) != 1:
        raise UnknownNode(race.slug, name)
    return found.pop()


def name_of(session: Session, race_id: int, node: str) -> str:
    """What an installation is called, empty where nobody said."""
    row = session.get(RaceNodeRow, (race_id, node))
    return "" if row is None else row.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a race's frame is kept, and how what stands here relates to it.

    ``version`` and ``edition`` are those of the frame here, which is the home's own where
    ``is_followed``. ``rivals`` are those who claimed the same term, the one that counts first.
    ``set_aside`` is as in FrameRow. ``seen`` is when it last told this installation how it stands,
    None if it never did or is this one; ``missing`` how many of its revisions of then are not here.
    """

    slug: str
    node: str
    name: str
    since: Instant
    term: int
    kind: ClaimKind
    version: int
    edition: int
    is_followed: bool
    rivals: tuple[tuple[str, str], ...]
    set_aside: int | None
    seen: Instant | None
    missing: int


def home_of(session: Session, slug: str) -> Home:
    """Where a race's frame is kept; UnknownRace."""
    race = _race(session, slug)
    claims = claims_of(session, race.id)
    held = claims[-1]
    frame = session.get_one(FrameRow, race.id)
    seen, missing = _heard(session, race.id, held.node)
    return Home(
        slug=slug,
        node=held.node,
        name=name_of(session, race.id, held.node),
        since=held.at,
        term=held.term,
        kind=held.kind,
        version=frame.version,
        edition=frame.edition,
        is_followed=(frame.term, frame.node_id) == (held.term, held.node),
        rivals=tuple(
            (claim.node, name_of(session, race.id, claim.node))
            for claim in reversed(quarrels(claims))
        ),
        set_aside=frame.set_aside,
        seen=seen,
        missing=missing,
    )


def _heard(session: Session, race_id: int, node: str) -> tuple[Instant | None, int]:
    """When a node last told how it stands, and how many of its revisions of then are not here."""
    other = session.get(RaceNodeRow, (race_id, node))
    if other is None:
        return None, 0
    cursor = session.get(SyncCursorRow, (race_id, node, other.epoch))
    return other.seen, max(other.revision - (0 if cursor is None else cursor.have), 0)


def settle_set_aside(session: Session, race: RaceRow) -> None:
    """Say that the frame set aside was dealt with."""
    session.get_one(FrameRow, race.id).set_aside = None
    session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Another installation that a race lives on; moments are None for what never was."""

    node: str
    name: str
    seen: Instant | None
    agreed: Instant | None
    agreed_records: int | None


def known_of(session: Session, slug: str) -> tuple[Known, ...]:
    """The other installations that a race lives on, by name; UnknownRace."""
    race = _race(session, slug)
    rows = session.scalars(select(RaceNodeRow).where(RaceNodeRow.race_id == race.id))
    known = (
        Known(
            node=row.node_id,
            name=row.name,
            seen=row.seen,
            agreed=row.agreed,
            agreed_records=row.agreed_records,
        )
        for row in rows
    )
    return tuple(sorted(known, key=lambda one: (one.name, one.node)))


def renew_identity(session: Session) -> str:
    """Make this installation another than the one its database was copied from; its new id.

    What it knew of others stays true. It is the home of nothing any more.
    """
    me = own_node(session)
    me.node_id, me.epoch = str(uuid.uuid4()), secrets.token_hex(8)
    session.flush()
    return me.node_id


def _race(session: Session, slug: str) -> RaceRow:
    race = session.scalars(select(RaceRow).where(RaceRow.slug == slug)).one_or_none()
    if race is None:
        raise UnknownRace(slug)
    return race
