"""The database: mappings, sessions and reading rows into core values."""
