"""Races, their definitions and entries, the journal, and who may write to it."""

import secrets
import uuid

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_races_and_journal"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER journal_refuses_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_refuses_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above where recursive_triggers is off,
    # as it is in programs that are not ours.
    """
    CREATE TRIGGER journal_refuses_replace BEFORE INSERT ON journal
    WHEN EXISTS (SELECT 1 FROM journal WHERE race_id = NEW.race_id AND revision = NEW.revision)
      OR EXISTS (SELECT 1 FROM journal WHERE race_id = NEW.race_id
                 AND record_id = NEW.record_id AND digest = NEW.digest)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
)

POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER journal_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    # Told when the transaction commits, so whoever listens finds what it is about.
    """
    CREATE FUNCTION announce_revision() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('revisions', NEW.slug || ' ' || NEW.revision);
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER races_announce_revision AFTER INSERT OR UPDATE OF revision ON races
    FOR EACH ROW EXECUTE FUNCTION announce_revision()
    """,
)

TRIGGERS = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRESQL_TRIGGERS}


def upgrade() -> None:
    """Make the tables of an empty database, and name the installation."""
    node = op.create_table(
        "node",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
        sa.CheckConstraint("id = 1", name=op.f("ck_node_one_row")),
    )
    op.bulk_insert(node, [{"id": 1, "node_id": str(uuid.uuid4()), "epoch": secrets.token_hex(8)}])
    op.create_table(
        "races",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_races"),
        sa.UniqueConstraint("slug", name="uq_races_slug"),
    )
    op.create_table(
        "definitions",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "version", name="pk_definitions"),
        sa.UniqueConstraint("race_id", "revision", name="uq_definitions_race_id_revision"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_definitions_race_id_races"),
    )
    op.create_table(
        "entries",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.BigInteger),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("bib", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("gender", sa.Text, nullable=False),
        sa.Column("born", sa.Date),
        sa.Column("nationality", sa.Text, nullable=False),
        sa.Column("residence", sa.Text, nullable=False),
        sa.Column("club", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("chips", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "entry_id", "revision", name="pk_entries"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_entries_race_id_races"),
    )
    op.create_index(
        "uq_entries_current",
        "entries",
        ["race_id", "entry_id"],
        unique=True,
        sqlite_where=sa.text("removed IS NULL"),
        postgresql_where=sa.text("removed IS NULL"),
    )
    op.create_table(
        "teams",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.BigInteger),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("legs", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "code", "revision", name="pk_teams"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_teams_race_id_races"),
    )
    op.create_index(
        "uq_teams_current",
        "teams",
        ["race_id", "code"],
        unique=True,
        sqlite_where=sa.text("removed IS NULL"),
        postgresql_where=sa.text("removed IS NULL"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("stage", sa.Integer),
        sa.Column("controls", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("revoked", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_tokens_race_id_races"),
        sa.CheckConstraint("scope IN ('station', 'director')", name=op.f("ck_tokens_scope")),
    )
    op.create_index("ix_tokens_race_id", "tokens", ["race_id"])
    op.create_table(
        "journal",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("received", sa.BigInteger),
        sa.Column("token_id", sa.Integer),
        sa.Column("stage", sa.Integer),
        sa.Column("control", sa.Text),
        sa.Column("instant", sa.BigInteger),
        sa.Column("clock_ms", sa.Integer),
        sa.Column("clock_day", sa.SmallInteger),
        sa.Column("bib", sa.Text),
        sa.Column("chip", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("device", sa.Text),
        sa.Column("device_time", sa.BigInteger),
        sa.Column("offset_ms", sa.BigInteger),
        sa.Column("uncertainty_ms", sa.BigInteger),
        sa.Column("at_latest", sa.Boolean),
        sa.Column("note", sa.Text),
        sa.Column("body", sa.Text),
        sa.PrimaryKeyConstraint("race_id", "revision", name="pk_journal"),
        sa.UniqueConstraint(
            "race_id", "record_id", "digest", name="uq_journal_race_id_record_id_digest"
        ),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_journal_race_id_races"),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="fk_journal_token_id_tokens"),
        sa.CheckConstraint(
            "(kind = 'passing') = (body IS NULL)", name=op.f("ck_journal_ruling_has_body")
        ),
        sa.CheckConstraint(
            "body IS NOT NULL OR (stage IS NOT NULL AND control IS NOT NULL"
            " AND (instant IS NULL) <> (clock_ms IS NULL)"
            " AND bib IS NOT NULL AND chip IS NOT NULL AND source IS NOT NULL"
            " AND device IS NOT NULL AND uncertainty_ms IS NOT NULL"
            " AND at_latest IS NOT NULL AND note IS NOT NULL)",
            name=op.f("ck_journal_passing_is_whole"),
        ),
    )
    op.create_table(
        "directors",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directors"),
        sa.UniqueConstraint("name", name="uq_directors_name"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_name_at", "sign_ins", ["name", "at"])
    op.create_index("ix_sign_ins_address_at", "sign_ins", ["address", "at"])

    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take all of it away again, the races and their journals included."""
    for table in (
        "sign_ins",
        "directors",
        "journal",
        "tokens",
        "teams",
        "entries",
        "definitions",
        "races",
        "node",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change")
        op.execute("DROP FUNCTION announce_revision")
