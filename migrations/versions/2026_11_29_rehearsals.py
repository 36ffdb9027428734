"""Which races are rehearsals."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_rehearsals"
down_revision = "2026_11_29_setup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rehearsals",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("of_slug", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", name="pk_rehearsals"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_rehearsals_race_id_races"),
        sa.CheckConstraint("state IN ('running', 'ready', 'failed')", name="ck_rehearsals_state"),
    )


def downgrade() -> None:
    """Drop it: rehearsals that are there stay as races."""
    op.drop_table("rehearsals")
