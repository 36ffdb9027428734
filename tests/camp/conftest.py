from tests.databases import migrated_file, sqlite_database

__all__ = ["migrated_file", "sqlite_database"]
