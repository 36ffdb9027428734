"""Two installations that tell each other a race: its journal, its frame, and who keeps that."""
