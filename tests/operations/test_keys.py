"""Keys and their names."""

from __future__ import annotations

import pytest

from timing.operations import keys


def test_a_name_is_never_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number names a key of an older release, which stays where it was made."""
    drawn = iter("1234-0907-12A4".replace("-", ""))
    monkeypatch.setattr("secrets.choice", lambda _: next(drawn))
    assert keys.new_name() == "12A4"


@pytest.mark.parametrize("typed", ["12A4-0000-OIL0-WXYZ", "12a4 0000 0110 wxyz"])
def test_what_looks_alike_is_read_alike(typed: str) -> None:
    assert keys.read_station_key(typed) == "12A400000110WXYZ"
