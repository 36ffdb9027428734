"""The authority that a camp makes for itself."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from tests.camp.certificates import NOW
from timing.operations.authority import (
    LEAF_DAYS,
    CampCertificates,
    camp_certificates,
    may_be_certified,
)

HOSTS = ("192.168.8.2", "camp.local", "localhost")


def made(folder: Path, *hosts: str, days: int = 0) -> CampCertificates:
    return camp_certificates(folder, hosts or HOSTS, at=NOW + timedelta(days=days), called="Camp")


def test_a_phone_that_trusts_it_takes_the_servers_certificate(tmp_path: Path) -> None:
    camp = made(tmp_path)
    chain = x509.load_pem_x509_certificates(camp.certificate.read_bytes())
    root = x509.load_der_x509_certificate(camp.der())
    for name in (x509.DNSName("camp.local"), x509.DNSName("localhost")):
        verifier = PolicyBuilder().store(Store([root])).time(NOW).build_server_verifier(name)
        assert verifier.verify(chain[0], [])[-1] == root


def test_its_keys_are_read_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "camp"
    made(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_other_addresses_make_another_certificate_by_the_same_authority(tmp_path: Path) -> None:
    before = made(tmp_path)
    fingerprint, certificate = before.fingerprint(), before.certificate.read_bytes()
    assert made(tmp_path).certificate.read_bytes() == certificate
    after = made(tmp_path, "10.0.0.7")
    assert after.names() == ("10.0.0.7",)
    assert after.fingerprint() == fingerprint


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    fingerprint = made(tmp_path).fingerprint()
    certificate = (tmp_path / "server.crt").read_bytes()
    later = made(tmp_path, days=LEAF_DAYS - 20)
    assert later.certificate.read_bytes() != certificate
    assert later.fingerprint() == fingerprint


def test_an_authority_that_ends_soon_is_made_anew(tmp_path: Path) -> None:
    fingerprint = made(tmp_path).fingerprint()
    assert made(tmp_path, days=380).fingerprint() != fingerprint


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("192.168.1.1", True),
        ("10.9.8.7", True),
        ("fe80::1", True),
        ("camp.local", True),
        ("localhost", True),
        ("8.8.8.8", False),
        ("example.org", False),
        ("notlocal", False),
    ],
)
def test_it_speaks_for_machines_of_the_camp_only(tmp_path: Path, name: str, may: bool) -> None:
    assert may_be_certified(name) == may
    assert (name in made(tmp_path, name, "localhost").names()) == may
    constraints = x509.load_der_x509_certificate(
        made(tmp_path).der()
    ).extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
