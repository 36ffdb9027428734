"""Rulings that are prepared and not given, and notes to those that were."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_rulings"
down_revision = "2026_11_29_publication"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ruling_drafts",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "id", name="pk_ruling_drafts"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_ruling_drafts_race_id_races"),
    )
    op.create_table(
        "ruling_notes",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("ruling_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_type", sa.Text, nullable=False),
        sa.Column("file", sa.LargeBinary),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("deleted_by", sa.Text, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("race_id", "id", name="pk_ruling_notes"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_ruling_notes_race_id_races"),
    )
    op.create_index("ix_ruling_notes_ruling", "ruling_notes", ["race_id", "ruling_id"])


def downgrade() -> None:
    """Drop them, with every draft and note."""
    op.drop_table("ruling_notes")
    op.drop_table("ruling_drafts")
