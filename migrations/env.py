"""How Alembic runs: on a connection handed in, inside the transaction it is already in."""

from alembic import context
from sqlalchemy import Connection

import timing.db.publication_tables  # noqa: F401 - its tables are of the metadata
from timing.db import (
    alert_tables,  # noqa: F401 - its tables are part of the metadata
    entries_tables,  # noqa: F401
    people_tables,  # noqa: F401
    ruling_tables,  # noqa: F401
    rehearsal_tables,  # noqa: F401
    setup_tables,  # noqa: F401
)
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
