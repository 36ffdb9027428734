"""One rule a file: a racefile and what must come out of it, compared as text."""
