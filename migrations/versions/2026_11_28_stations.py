"""Keys that a person can type, devices and their clocks, and questions to stations."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_stations"
down_revision = "2026_11_21_races_and_journal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Name keys, note a station's role and an offset's age; make devices and questions."""
    # One column more leaves the journal's rows and triggers as they are.
    op.add_column("journal", sa.Column("offset_age_ms", sa.BigInteger))

    op.add_column("tokens", sa.Column("public", sa.Text))
    # A key that was made before is still sent as its number, a dot and its secret.
    op.execute("UPDATE tokens SET public = CAST(id AS TEXT)")
    op.create_index("uq_tokens_public", "tokens", ["public"], unique=True)
    op.execute(
        "ALTER TABLE tokens ADD COLUMN role TEXT DEFAULT 'main' NOT NULL"
        " CONSTRAINT ck_tokens_role CHECK (role IN ('main', 'backup'))"
    )

    op.create_table(
        "devices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("token_id", sa.Integer, nullable=False),
        sa.Column("app", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("recorded", sa.BigInteger, nullable=False),
        sa.Column("unsent", sa.BigInteger, nullable=False),
        sa.Column("oldest_unsent", sa.BigInteger),
        sa.Column("clock_offset_ms", sa.BigInteger),
        sa.Column("clock_uncertainty_ms", sa.BigInteger),
        sa.Column("clock_age_ms", sa.BigInteger),
        sa.Column("clock_is_guarded", sa.Boolean, nullable=False),
        sa.Column("clock_moved_ms", sa.BigInteger),
        sa.Column("clock_moved_at", sa.BigInteger),
        sa.Column("battery", sa.Integer),
        sa.Column("is_charging", sa.Boolean),
        sa.Column("storage_used", sa.BigInteger),
        sa.Column("storage_quota", sa.BigInteger),
        sa.Column("storage_is_persisted", sa.Boolean),
        sa.Column("shift_ended", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("race_id", "origin", name="uq_devices_race_id_origin"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_devices_race_id_races"),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="fk_devices_token_id_tokens"),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("token_id", sa.Integer),
        sa.Column("stage", sa.Integer),
        sa.Column("control", sa.Text, nullable=False),
        sa.Column("bib", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("race_id", "public", name="uq_questions_race_id_public"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_questions_race_id_races"),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="fk_questions_token_id_tokens"),
    )


def downgrade() -> None:
    """Forget devices, questions, roles and the ages of offsets; newer keys open nothing then."""
    op.drop_table("questions")
    op.drop_table("devices")
    op.execute("ALTER TABLE tokens DROP COLUMN role")
    op.drop_index("uq_tokens_public", "tokens")
    op.execute("ALTER TABLE tokens DROP COLUMN public")
    op.execute("ALTER TABLE journal DROP COLUMN offset_age_ms")
