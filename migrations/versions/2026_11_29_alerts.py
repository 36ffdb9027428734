"""Who is told of alerts and what they were told, telephones of posts, messages to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_alerts"
down_revision = "2026_11_29_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert_contacts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("safety", sa.Boolean, nullable=False),
        sa.Column("stations", sa.Boolean, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_contacts"),
        sa.UniqueConstraint("public", name="uq_alert_contacts_public"),
        sa.CheckConstraint("level IN ('first', 'next')", name=op.f("ck_alert_contacts_level")),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_alert_contacts_race_id_races"),
    )
    op.create_index("ix_alert_contacts_race_id", "alert_contacts", ["race_id"])
    op.create_table(
        "alerts_told",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("announced", sa.BigInteger, nullable=False),
        sa.Column("escalated", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.PrimaryKeyConstraint("race_id", "subject", name="pk_alerts_told"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_alerts_told_race_id_races"),
    )
    op.create_table(
        "post_phones",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("control", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_post_phones"),
        sa.UniqueConstraint("race_id", "control", name="uq_post_phones_race_id_control"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_post_phones_race_id_races"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer),
        sa.Column("contact_id", sa.Integer),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_messages_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'given_up')", name=op.f("ck_messages_state")
        ),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_messages_race_id_races"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["alert_contacts.id"], name="fk_messages_contact_id_alert_contacts"
        ),
    )
    op.create_index("ix_messages_state_due", "messages", ["state", "due"])
    op.create_index("ix_messages_race_id", "messages", ["race_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("messages")
    op.drop_table("post_phones")
    op.drop_table("alerts_told")
    op.drop_table("alert_contacts")
