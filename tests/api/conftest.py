from tests.databases import migrated_file, sqlite_database
from tests.serving import app, client, filled

__all__ = ["app", "client", "filled", "migrated_file", "sqlite_database"]
