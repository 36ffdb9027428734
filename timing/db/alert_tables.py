"""The tables of who is told when somebody may be in trouble, and of what waits to be sent.

None of it is ever public, and none of it travels to other installations.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class AlertContactRow(Table):
    """Somebody who is told of alerts; ``email`` or ``url`` is empty where they are not told so.

    ``level`` is who is told: ``first`` of an alert when it is announced, ``next`` once it is
    escalated. ``safety`` are alerts of runners, ``stations`` those of silent stations. ``secret``
    signs what is sent to ``url``.
    """

    __tablename__ = "alert_contacts"
    __table_args__ = (CheckConstraint("level IN ('first', 'next')", name="level"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), index=True)
    public: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    level: Mapped[str]
    safety: Mapped[bool] = mapped_column(Boolean)
    stations: Mapped[bool] = mapped_column(Boolean)
    made_by: Mapped[str]
    created: Mapped[int]


class AlertToldRow(Table):
    """An alert that was announced, once; ``escalated`` is when it was told to the next people.

    ``ended`` is when it stood no more: what stands again soon after is the same, later another.
    """

    __tablename__ = "alerts_told"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    announced: Mapped[int]
    escalated: Mapped[int | None]
    ended: Mapped[int | None]


class PostPhoneRow(Table):
    """The telephone of whoever is at a control, for the desk to call."""

    __tablename__ = "post_phones"
    __table_args__ = (UniqueConstraint("race_id", "control"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    control: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str]


class MessageRow(Table):
    """A message on its way to one address: the outbox of mail, and of alerts to programs.

    ``channel`` is ``mail`` or ``webhook``; ``key`` makes it one however often it is asked for.
    ``race_id`` is empty for what concerns no race, ``contact_id`` where it is to nobody's list.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("channel IN ('mail', 'webhook')", name="channel"),
        CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state"),
        Index(None, "state", "due"),
        Index(None, "race_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("races.id"))
    contact_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("alert_contacts.id"))
    channel: Mapped[str]
    key: Mapped[str]
    address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created: Mapped[int]
    due: Mapped[int]
    attempts: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
    answer: Mapped[str]
    ended: Mapped[int | None]
