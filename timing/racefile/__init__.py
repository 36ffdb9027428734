"""The race document: reading, checking and writing racefiles."""
