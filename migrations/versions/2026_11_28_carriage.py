"""What devices gave out by file, message or code, until it is whole and taken."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_carriage"
down_revision = "2026_11_28_stations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of what waits."""
    op.create_table(
        "carried",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("came", sa.BigInteger, nullable=False),
        sa.Column("brought_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_carried"),
        sa.UniqueConstraint("race_id", "digest", name="uq_carried_race_id_digest"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_carried_race_id_races"),
    )


def downgrade() -> None:
    """Drop it; what was taken is in the journal."""
    op.drop_table("carried")
