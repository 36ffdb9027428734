"""The installations that a race lives on: this one, and those it exchanges records with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.db.tables import NodeRow, RaceNodeRow, RaceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An installation; ``id`` is its own for good."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisNode(Node):
    """This one; its ``epoch`` changes when a backup is restored."""

    epoch: str


def this_node(session: Session, *, name: str) -> ThisNode:
    """This installation, called ``name``."""
    row = session.execute(select(NodeRow.node_id, NodeRow.epoch)).one()
    return ThisNode(id=row.node_id, name=name, epoch=row.epoch)


def known_nodes(session: Session, *, name: str, slug: str = "") -> tuple[Node, ...]:
    """The installations a device may leave records with, this one, called ``name``, first.

    The others are those that the race ``slug`` lives on, as far as was heard here; without a race,
    those that any race lives on.
    """
    here = this_node(session, name=name)
    query = select(RaceNodeRow.node_id, RaceNodeRow.name).where(RaceNodeRow.node_id != here.id)
    if slug:
        query = query.join(RaceRow, RaceRow.id == RaceNodeRow.race_id).where(RaceRow.slug == slug)
    found = session.execute(query.order_by(RaceNodeRow.name, RaceNodeRow.node_id))
    others = {row.node_id: row.name for row in found}
    return (
        Node(id=here.id, name=here.name),
        *(Node(id=node_id, name=other) for node_id, other in others.items()),
    )
