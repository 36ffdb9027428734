"""Who has which part in a race; invitations, sessions, second factors, sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_people"
down_revision = "2026_11_28_outgoing"
branch_labels = None
depends_on = None

_PARTS = "part IN ('owner', 'director', 'timekeeper', 'jury', 'station', 'reader')"


def upgrade() -> None:
    """Make the tables; whoever could sign in to all races owns them all, and may found more."""
    op.add_column(
        "directors",
        sa.Column("may_found", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.execute("UPDATE directors SET may_found = true")
    op.create_table(
        "memberships",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "account_id", name="pk_memberships"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_memberships_race_id_races"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["directors.id"], name="fk_memberships_account_id_directors"
        ),
        sa.CheckConstraint(_PARTS, name="part"),
    )
    op.create_index("ix_memberships_account_id", "memberships", ["account_id"])
    op.execute(
        "INSERT INTO memberships (race_id, account_id, part, since, given_by)"
        " SELECT races.id, directors.id, 'owner', races.created, 'upgrade'"
        " FROM races CROSS JOIN directors"
    )
    op.create_table(
        "people_policies",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("needs_second_factor", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("race_id", name="pk_people_policies"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_people_policies_race_id_races"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("accepted_by", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("secret_hash", name="uq_invitations_secret_hash"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_invitations_race_id_races"),
        sa.CheckConstraint(_PARTS, name="part"),
    )
    op.create_index("ix_invitations_race_id", "invitations", ["race_id"])
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("key_hash", sa.Text, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_sessions"),
        sa.UniqueConstraint("key_hash", name="uq_account_sessions_key_hash"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["directors.id"], name="fk_account_sessions_account_id_directors"
        ),
    )
    op.create_index("ix_account_sessions_account_id", "account_sessions", ["account_id"])
    op.create_table(
        "second_factors",
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("confirmed", sa.BigInteger),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_second_factors"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["directors.id"], name="fk_second_factors_account_id_directors"
        ),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("code_hash", sa.Text, nullable=False),
        sa.Column("used", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["directors.id"], name="fk_recovery_codes_account_id_directors"
        ),
    )
    op.create_table(
        "account_sign_ins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_sign_ins"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["directors.id"], name="fk_account_sign_ins_account_id_directors"
        ),
    )
    op.create_index("ix_account_sign_ins_account_id_at", "account_sign_ins", ["account_id", "at"])


def downgrade() -> None:
    """Drop them: every account may do everything again, without a second factor."""
    for table in (
        "account_sign_ins",
        "recovery_codes",
        "second_factors",
        "account_sessions",
        "invitations",
        "people_policies",
        "memberships",
    ):
        op.drop_table(table)
    op.drop_column("directors", "may_found")
