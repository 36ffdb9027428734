"""Contacts, registration, check-in and erasures."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_entries"
down_revision = "2026_11_29_alerts"
branch_labels = None
depends_on = None


def _race(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name=f"fk_{table}_race_id_races"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contacts",
        *_race("contacts"),
        *map(_text, ("entry_id", "phone", "email", "kin", "kin_phone", "medical", "note")),
        _text("changed_by"),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "entry_id", name="pk_contacts"),
    )
    op.create_table(
        "contact_looks",
        sa.Column("id", sa.Integer, nullable=False),
        *_race("contact_looks"),
        _text("entry_id"),
        _text("who"),
        sa.Column("at", sa.BigInteger, nullable=False),
        _text("what"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_looks"),
    )
    op.create_index("ix_contact_looks_entry", "contact_looks", ["race_id", "entry_id"])
    op.create_table(
        "registration_items",
        *_race("registration_items"),
        _text("code"),
        sa.Column("position", sa.Integer, nullable=False),
        _text("label"),
        sa.Column("blocks", sa.Boolean, nullable=False),
        sa.Column("is_back", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "code", name="pk_registration_items"),
    )
    op.create_table(
        "registration_ticks",
        sa.Column("id", sa.Integer, nullable=False),
        *_race("registration_ticks"),
        _text("entry_id"),
        _text("item"),
        sa.Column("is_done", sa.Boolean, nullable=False),
        _text("by"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registration_ticks"),
    )
    op.create_index("ix_registration_ticks_entry", "registration_ticks", ["race_id", "entry_id"])
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Integer, nullable=False),
        *_race("check_ins"),
        sa.Column("stage", sa.Integer, nullable=False),
        _text("entry_id"),
        sa.Column("is_here", sa.Boolean, nullable=False),
        _text("by"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_ins"),
    )
    op.create_index("ix_check_ins_stage", "check_ins", ["race_id", "stage"])
    op.create_table(
        "erasures",
        *_race("erasures"),
        _text("entry_id"),
        _text("by"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "entry_id", name="pk_erasures"),
    )


def downgrade() -> None:
    """Drop them, with all that was noted."""
    for table in (
        "erasures",
        "check_ins",
        "registration_ticks",
        "registration_items",
        "contact_looks",
        "contacts",
    ):
        op.drop_table(table)
