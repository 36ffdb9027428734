"""Every table that there is: whoever asks for all of them asks here, whatever else is imported."""

from __future__ import annotations

from timing.db import (
    alert_tables,
    entries_tables,
    export_tables,
    people_tables,
    publication_tables,
    rehearsal_tables,
    ruling_tables,
    setup_tables,
)
from timing.db.tables import Table

MODULES = (
    alert_tables,
    entries_tables,
    export_tables,
    people_tables,
    publication_tables,
    rehearsal_tables,
    ruling_tables,
    setup_tables,
)
"""The modules of tables beside `timing.db.tables`."""

TABLES = tuple(Table.metadata.sorted_tables)
"""All tables, those that others refer to before these."""
