"""Bivouac: timing and results for multi-day stage races."""

__version__ = "0.1.0"
