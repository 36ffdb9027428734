"""Real races, computed and compared with their official results.

The data stand beside the project, in ``../shared/data``; see `tests.conftest.shared_data`.
"""
