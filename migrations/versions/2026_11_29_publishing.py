"""Provisional numbers that are held, and what a newer engine makes of official ones."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_publishing"
down_revision = "2026_11_29_rulings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "publication_holds",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "publication", name="pk_publication_holds"),
        sa.ForeignKeyConstraint(
            ["race_id", "publication"],
            ["publications.race_id", "publications.number"],
            name="fk_publication_holds_race_id_publication_publications",
        ),
    )
    op.create_table(
        "publication_checks",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("differences", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "publication", "engine", name="pk_publication_checks"),
        sa.ForeignKeyConstraint(
            ["race_id", "publication"],
            ["publications.race_id", "publications.number"],
            name="fk_publication_checks_race_id_publication_publications",
        ),
    )


def downgrade() -> None:
    """Drop them: nothing that was issued is in them."""
    op.drop_table("publication_checks")
    op.drop_table("publication_holds")
