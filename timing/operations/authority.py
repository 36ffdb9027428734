"""A certificate authority made on the spot, for a camp without a network (docs/camp.md).

It can speak for machines of the camp only: private addresses and names that no one on the internet
has. So whoever installs it on a phone gives away nothing else.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 397
LEAF_DAYS = 90
"""Phones refuse certificates that are valid for too long."""

RENEWED_BEFORE_DAYS = 30

_PERMITTED_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
_PERMITTED_NAMES = ("localhost", "local", "lan", "internal", "home.arpa", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampCertificates:
    """The files of a camp's authority and of its server's certificate, in one folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, to be installed on phones."""
        return self.folder / "authority.crt"

    @property
    def key(self) -> Path:
        """The server's key."""
        return self.folder / "server.key"

    @property
    def certificate(self) -> Path:
        """The server's certificate, and the authority's behind it."""
        return self.folder / "server.crt"

    def fingerprint(self) -> str:
        """The SHA-256 of the authority, as phones show it."""
        digest = _read_certificate(self.authority).fingerprint(hashes.SHA256())
        return digest.hex(":").upper()

    def der(self) -> bytes:
        """The authority's certificate in binary form."""
        return _read_certificate(self.authority).public_bytes(serialization.Encoding.DER)

    def names(self) -> tuple[str, ...]:
        """What the server's certificate is for."""
        extension = _read_certificate(self.certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        return tuple(str(name.value) for name in extension.value)

    def ends(self) -> datetime:
        """Until when the authority is valid."""
        return _read_certificate(self.authority).not_valid_after_utc


def may_be_certified(name: str) -> bool:
    """Whether the authority may speak for a name or address."""
    try:
        address = ip_address(name)
    except ValueError:
        return any(name == known or name.endswith(f".{known}") for known in _PERMITTED_NAMES)
    return any(
        address in ip_network(network)
        for network in _PERMITTED_NETWORKS
        if ip_network(network).version == address.version
    )


def camp_certificates(
    folder: Path, names: Sequence[str], *, at: datetime, called: str
) -> CampCertificates:
    """The authority kept in a folder, made when it is first asked for, and a certificate by it.

    The certificate is made anew where it is not for these names and addresses, or soon ends; the
    authority only when it has ended itself, for phones know it. Files can be read by their owner
    only. ``called`` is what the installation is called.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = CampCertificates(folder=folder)
    if not _is_valid(kept.authority, at=at, days=LEAF_DAYS // 3):
        _make_authority(kept, at=at, called=called)
        kept.certificate.unlink(missing_ok=True)
    wanted = tuple(name for name in dict.fromkeys(names) if may_be_certified(name))
    if not _is_valid(kept.certificate, at=at, days=RENEWED_BEFORE_DAYS) or set(kept.names()) != set(
        wanted
    ):
        _make_certificate(kept, wanted, at=at, called=called)
    return kept


def _is_valid(path: Path, *, at: datetime, days: int) -> bool:
    if not path.exists():
        return False
    found = _read_certificate(path)
    return found.not_valid_before_utc <= at <= found.not_valid_after_utc - timedelta(days=days)


def _make_authority(kept: CampCertificates, *, at: datetime, called: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named(f"Bivouac camp authority, {called}"[:64])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))  # clocks of phones may be behind
        .not_valid_after(at + timedelta(days=AUTHORITY_DAYS - 1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.NameConstraints(
                permitted_subtrees=[
                    *(x509.DNSName(one) for one in _PERMITTED_NAMES),
                    *(x509.IPAddress(ip_network(one)) for one in _PERMITTED_NETWORKS),
                ],
                excluded_subtrees=None,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    _write(kept.folder / "authority.key", _pem(key))
    _write(kept.authority, made.public_bytes(serialization.Encoding.PEM))


def _make_certificate(
    kept: CampCertificates, names: Sequence[str], *, at: datetime, called: str
) -> None:
    authority = _read_certificate(kept.authority)
    signer = serialization.load_pem_private_key(
        (kept.folder / "authority.key").read_bytes(), password=None
    )
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(type(signer).__name__)
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(at + timedelta(days=LEAF_DAYS), authority.not_valid_after_utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(f"Bivouac, {called}"[:64]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
        .sign(signer, hashes.SHA256())
    )
    chain = [made.public_bytes(serialization.Encoding.PEM), kept.authority.read_bytes()]
    _write(kept.key, _pem(key))
    _write(kept.certificate, b"".join(chain))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    address: IPv4Address | IPv6Address | None = None
    with contextlib.suppress(ValueError):
        address = ip_address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place that only its owner can read."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read_certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
