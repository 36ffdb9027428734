from tests.databases import (
    database,
    migrated_file,
    migrated_url,
    postgresql_database,
    sqlite_database,
)

__all__ = [
    "database",
    "migrated_file",
    "migrated_url",
    "postgresql_database",
    "sqlite_database",
]
