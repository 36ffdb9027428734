"""Hidden names; webhooks, what they were told, and what waits to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_outgoing"
down_revision = "2026_11_28_review"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and make the tables."""
    op.add_column(
        "entries",
        sa.Column("name_hidden", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("secret_before", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("disabled", sa.BigInteger),
        sa.Column("disabled_why", sa.Text, nullable=False),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.UniqueConstraint("public", name="uq_webhooks_public"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_webhooks_race_id_races"),
    )
    op.create_index("ix_webhooks_race_id", "webhooks", ["race_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("webhook_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint(
            "webhook_id", "event_id", name="uq_webhook_deliveries_webhook_id_event_id"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'given_up')", name=op.f("ck_webhook_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["race_id"], ["races.id"], name="fk_webhook_deliveries_race_id_races"
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id_webhooks"
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_webhook_id_state", "webhook_deliveries", ["webhook_id", "state"]
    )
    op.create_table(
        "webhook_progress",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", name="pk_webhook_progress"),
        sa.ForeignKeyConstraint(
            ["race_id"], ["races.id"], name="fk_webhook_progress_race_id_races"
        ),
    )
    op.create_table(
        "webhook_told",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "subject", name="pk_webhook_told"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_webhook_told_race_id_races"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("webhook_told")
    op.drop_table("webhook_progress")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.drop_column("entries", "name_hidden")
