"""The installations that a race lives on: this one, and those it exchanges records with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.db.tables import NodeRow


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


def known_nodes(session: Session, *, name: str) -> tuple[Node, ...]:
    """The installations a device may leave records with, this one, called ``name``, first."""
    here = this_node(session, name=name)
    return (Node(id=here.id, name=here.name),)
