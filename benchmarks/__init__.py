"""Measurements behind docs/performance.md, run by ``make bench``: see benchmarks/README.md."""
