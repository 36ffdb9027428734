"""One try of a delivery: signed, sent, and what came of it."""

from __future__ import annotations

from timing.core.times import Instant
from timing.operations.webhooks.outbox import Due
from timing.operations.webhooks.sending import Allowed, Answered, BadWebhookUrl, NotSent, post
from timing.operations.webhooks.signing import headers
from timing.settings import Environment, Settings


def allowed_by(settings: Settings) -> Allowed:
    """Where webhooks may go by the settings: in development to this machine too."""
    return Allowed(
        private=settings.webhooks_private,
        loopback=settings.environment is Environment.DEVELOPMENT,
    )


def deliver(due: Due, allowed: Allowed, at: Instant) -> Answered | str:
    """Try a delivery once: what came back, or why nothing did."""
    signed = headers(due.keys, due.event_id, at // 1_000, due.body)
    try:
        return post(due.url, due.body, signed, allowed)
    except NotSent as error:
        return str(error)
    except BadWebhookUrl as error:
        return f"An address for webhooks {error}."
