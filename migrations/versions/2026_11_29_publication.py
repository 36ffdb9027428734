"""Publications, which nobody may change, and protests against them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_publication"
down_revision = "2026_11_29_entries"
branch_labels = None
depends_on = None

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER publications_refuse_update BEFORE UPDATE ON publications
    BEGIN SELECT RAISE(ABORT, 'what was published stays'); END
    """,
    """
    CREATE TRIGGER publications_refuse_delete BEFORE DELETE ON publications
    BEGIN SELECT RAISE(ABORT, 'what was published stays'); END
    """,
    # As of the journal: INSERT OR REPLACE may delete without asking.
    """
    CREATE TRIGGER publications_refuse_replace BEFORE INSERT ON publications
    WHEN EXISTS (SELECT 1 FROM publications WHERE race_id = NEW.race_id AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'what was published stays'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_publication_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'what was published stays' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER publications_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON publications
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_publication_change()
    """,
)
TRIGGERS = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRESQL_TRIGGERS}


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table(
        "publications",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("window_ends", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("still_out", sa.Integer, nullable=False),
        sa.Column("protests", sa.Integer, nullable=False),
        sa.Column("upheld", sa.Integer, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("frozen", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "number", name="pk_publications"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_publications_race_id_races"),
        sa.CheckConstraint(
            "kind IN ('provisional', 'official', 'reopened')", name=op.f("ck_publications_kind")
        ),
    )
    op.create_table(
        "protests",
        sa.Column("race_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("publication", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("bib", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("lodged_at", sa.BigInteger, nullable=False),
        sa.Column("lodged_by", sa.Text, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("ruling_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("race_id", "number", name="pk_protests"),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name="fk_protests_race_id_races"),
        sa.ForeignKeyConstraint(
            ["race_id", "publication"],
            ["publications.race_id", "publications.number"],
            name="fk_protests_race_id_publication_publications",
        ),
        sa.CheckConstraint(
            "outcome IN ('', 'upheld', 'rejected', 'withdrawn')", name=op.f("ck_protests_outcome")
        ),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop them, with all that was published."""
    op.drop_table("protests")
    op.drop_table("publications")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_publication_change")
