"""Leases: who works on which case of the review."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_review"
down_revision = "2026_11_28_readers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "case_leases",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("case_key", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("holder_name", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "case_key", name="pk_case_leases"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_case_leases_race_id_races"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("case_leases")
