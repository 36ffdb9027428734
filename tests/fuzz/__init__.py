"""Whatever a racefile holds: a document or errors that say something, and answers to everything."""
