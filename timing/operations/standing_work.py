"""What waits and what stands, in numbers: for whoever watches over an installation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.db.alert_tables import AlertToldRow, MessageRow
from timing.db.tables import WebhookDeliveryRow

_WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingWork:
    """Deliveries to webhooks, mails, and alerts to programs on their way; alerts that stand."""

    webhooks: int
    mails: int
    alert_messages: int
    alerts: int


def standing_work(session: Session) -> StandingWork:
    """How much there is of each, in all races."""
    rows = session.execute(
        select(MessageRow.channel, func.count())
        .where(MessageRow.state == _WAITING)
        .group_by(MessageRow.channel)
    )
    messages = {channel: number for channel, number in rows}  # noqa: C416 - dict() takes no rows
    deliveries = session.scalar(
        select(func.count())
        .select_from(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.state == _WAITING)
    )
    alerts = session.scalar(
        select(func.count()).select_from(AlertToldRow).where(AlertToldRow.ended.is_(None))
    )
    return StandingWork(
        webhooks=deliveries or 0,
        mails=messages.get("mail", 0),
        alert_messages=messages.get("webhook", 0),
        alerts=alerts or 0,
    )
