"""Timing readers that are listened to: where their lines are taken up, and how they are."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_readers"
down_revision = "2026_11_28_exchange"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "readers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("race_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_contact", sa.BigInteger()),
        sa.Column("last_read", sa.BigInteger()),
        sa.Column("last_sequence", sa.BigInteger()),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("gaps", sa.BigInteger(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger()),
        sa.Column("position", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_readers"),
        sa.UniqueConstraint("race_id", "name", name="uq_readers_race_id_name"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_readers_race_id_races"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("readers")
