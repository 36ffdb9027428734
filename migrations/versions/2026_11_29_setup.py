"""What was typed of a definition and not taken yet."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_setup"
down_revision = "2026_11_29_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "setup_drafts",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", name="pk_setup_drafts"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_setup_drafts_race_id_races"),
    )


def downgrade() -> None:
    """Drop it, with every draft."""
    op.drop_table("setup_drafts")
