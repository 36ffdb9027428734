"""Files of other systems turned into records and problems."""
