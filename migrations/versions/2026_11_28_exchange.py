"""Where a race's definition has its home, and how far nodes have told each other the journal."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_exchange"
down_revision = "2026_11_28_carriage"
branch_labels = None
depends_on = None

RACE = "race_id"


def _of_race(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([RACE], ["races.id"], name=f"fk_{table}_race_id_races")


def upgrade() -> None:
    """Add the tables; races that are here have their home here."""
    op.create_table(
        "frames",
        sa.Column(RACE, sa.Integer, nullable=False),
        sa.Column("term", sa.Integer, nullable=False),
        sa.Column("claimed", sa.BigInteger, nullable=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("edition", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("set_aside", sa.BigInteger),
        sa.PrimaryKeyConstraint(RACE, name="pk_frames"),
        _of_race("frames"),
    )
    op.create_table(
        "claims",
        sa.Column(RACE, sa.Integer, nullable=False),
        sa.Column("term", sa.Integer, nullable=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("claimed", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("base", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(RACE, "term", "node_id", name="pk_claims"),
        _of_race("claims"),
        sa.CheckConstraint(
            "kind IN ('founded', 'handed-over', 'promoted', 'renewed')",
            name=op.f("ck_claims_kind"),
        ),
    )
    op.create_table(
        "race_nodes",
        sa.Column(RACE, sa.Integer, nullable=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger),
        sa.Column("agreed", sa.BigInteger),
        sa.Column("agreed_records", sa.BigInteger),
        sa.PrimaryKeyConstraint(RACE, "node_id", name="pk_race_nodes"),
        _of_race("race_nodes"),
    )
    op.create_table(
        "sync_cursors",
        sa.Column(RACE, sa.Integer, nullable=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("have", sa.BigInteger, nullable=False),
        sa.Column("own_epoch", sa.Text, nullable=False),
        sa.Column("confirmed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(RACE, "node_id", "epoch", name="pk_sync_cursors"),
        _of_race("sync_cursors"),
    )
    op.create_table(
        "sync_taken",
        sa.Column(RACE, sa.Integer, nullable=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(RACE, "node_id", "epoch", "first", name="pk_sync_taken"),
        _of_race("sync_taken"),
    )
    op.create_table(
        "node_keys",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(RACE, sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("revoked", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_node_keys"),
        _of_race("node_keys"),
    )
    op.create_index("ix_node_keys_race_id", "node_keys", [RACE])
    op.execute(
        "INSERT INTO claims (race_id, term, node_id, claimed, epoch, kind, base, made_by)"
        " SELECT races.id, 1, node.node_id, races.created, node.epoch, 'founded', 0, ''"
        " FROM races CROSS JOIN node"
    )
    op.execute(
        "INSERT INTO frames (race_id, term, claimed, node_id, edition, version)"
        " SELECT races.id, 1, races.created, node.node_id, 1, (SELECT coalesce(max(version), 0)"
        " FROM definitions WHERE definitions.race_id = races.id)"
        " FROM races CROSS JOIN node"
    )


def downgrade() -> None:
    """Forget the other nodes; what came from them stays."""
    for table in ("node_keys", "sync_taken", "sync_cursors", "race_nodes", "claims", "frames"):
        op.drop_table(table)
