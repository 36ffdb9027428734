"""Following the journal: waiting writes, books in memory, who is listening."""
