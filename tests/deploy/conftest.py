from tests.databases import migrated_file
from tests.serving import filled, filled_file

__all__ = ["filled", "filled_file", "migrated_file"]
