"""How well forecasts hold: races replayed split by split, ours beside the usual methods."""
