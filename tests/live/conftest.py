from tests.databases import (
    database as either_database,
)
from tests.databases import (
    migrated_file,
    migrated_url,
    postgresql_database,
    sqlite_database,
)
from tests.serving import filled as database
from tests.serving import filled_file

__all__ = [
    "database",
    "either_database",
    "filled_file",
    "migrated_file",
    "migrated_url",
    "postgresql_database",
    "sqlite_database",
]
