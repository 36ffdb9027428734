from tests.databases import (
    database as either_database,
)
from tests.databases import (
    migrated_file,
    migrated_url,
    postgresql_database,
    sqlite_database,
)
from tests.serving import app, client, filled, filled_file

__all__ = [
    "app",
    "client",
    "either_database",
    "filled",
    "filled_file",
    "migrated_file",
    "migrated_url",
    "postgresql_database",
    "sqlite_database",
]
