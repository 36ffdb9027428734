"""Results as files: one module for each format, over the tables that say what a line holds."""
