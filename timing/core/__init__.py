"""The engine: results as a pure function of definition, entries and journal."""
