"""Timing readers that are none: they talk over a real socket as the hardware does, and hang up."""
