"""A certificate obtained beforehand is checked before anybody leaves for the desert."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.camp.certificates import NAME, NOW, Obtained, obtained
from timing.operations.certificates import Checked, check_certificate, dns_lines

THE_END = NOW + timedelta(days=20)


def checked(given: Obtained, **changes: object) -> Checked:
    values: dict[str, object] = {
        "name": NAME,
        "at": NOW,
        "until": THE_END,
        "roots": (given.root,),
    }
    key = changes.pop("key", given.key)
    return check_certificate(given.chain, key, **{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "names", [(NAME,), ("*.example.org",), ("example.org", "RACE.example.org")]
)
def test_one_for_the_name_through_the_races_end_will_do(names: tuple[str, ...]) -> None:
    found = checked(obtained(*names))
    assert found.faults == ()
    assert found.notes == ()


@pytest.mark.parametrize("name", ["example.org", "a.race.example.org", "race.example.com"])
def test_one_for_another_name_is_told_with_what_it_is_for(name: str) -> None:
    (fault,) = checked(obtained("*.example.org"), name=name).faults
    assert fault == f"The certificate is not for {name}: it is for *.example.org."


def test_one_that_ends_before_the_race_is_to_be_renewed() -> None:
    (fault,) = checked(obtained(days=10)).faults
    assert "ends on 2026-09-10, before the race does (2026-09-21)" in fault


def test_one_that_has_ended_or_not_begun_is_told() -> None:
    (ended,) = checked(obtained(days=10), at=NOW + timedelta(days=12)).faults
    assert ended == "The certificate ended on 2026-09-10."
    (early,) = checked(obtained(begins=NOW + timedelta(days=3))).faults
    assert early == "The certificate is not valid before 2026-09-04 00:00 UTC."


def test_a_key_that_does_not_fit_is_told() -> None:
    given = obtained()
    assert checked(given, key=obtained().key).faults == ("The key is not that of the certificate.",)
    (fault,) = checked(given, key=b"no key").faults
    assert "can't be read" in fault


def test_a_chain_that_lacks_a_link_or_a_root_is_told() -> None:
    lacking = checked(obtained(links=False))
    assert "No authority that phones trust stands behind it" in lacking.faults[0]
    assert "one certificate only" in lacking.notes[0]
    (stranger,) = checked(obtained(), roots=(obtained().root,)).faults
    assert "No authority that phones trust stands behind it" in stranger


def test_without_a_list_of_authorities_it_says_that_the_chain_was_not_checked() -> None:
    found = checked(obtained(), roots=())
    assert found.faults == ()
    assert "not checked" in found.notes[0]


def test_what_is_no_certificate_is_told() -> None:
    found = check_certificate(b"", b"", name=NAME, at=NOW, until=NOW, roots=())
    assert found.faults == ("The certificate can't be read as PEM.",)


def test_the_camps_name_server_is_told_where_the_name_is() -> None:
    lines = dns_lines(NAME, ("192.168.8.2",))
    assert "address=/race.example.org/192.168.8.2" in lines
    assert "dhcp-option=option:dns-server,192.168.8.2" in lines
