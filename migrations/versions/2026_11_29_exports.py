"""Jobs that make long files, and a race's own layouts of what is printed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_exports"
down_revision = "2026_11_29_publishing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "export_jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("by_key", sa.Text, nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("of", sa.Integer, nullable=False),
        sa.Column("doing", sa.Text, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed', 'stopped')", name=op.f("ck_export_jobs_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_export_jobs"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_export_jobs_race_id_races"),
    )
    op.create_index("ix_export_jobs_race_id", "export_jobs", ["race_id"])
    op.create_table(
        "print_layouts",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "sheet", "version", name="pk_print_layouts"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_print_layouts_race_id_races"),
    )


def downgrade() -> None:
    """Drop them, with every layout."""
    op.drop_table("print_layouts")
    op.drop_table("export_jobs")
