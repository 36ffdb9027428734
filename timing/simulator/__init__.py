"""A believable field running a race, the same for the same seed."""
