"""How Alembic runs: on a connection handed in, inside the transaction it is already in."""

from alembic import context
from sqlalchemy import Connection

import timing.db.every_table  # noqa: F401 - every table is part of the metadata
from timing.db.tables import Table

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    transactional_ddl=True,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
