from tests.databases import migrated_file
from tests.serving import app, client, filled, filled_file

__all__ = ["app", "client", "filled", "filled_file", "migrated_file"]
