"""Certificates made up for tests, as a public authority would issue them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "race.example.org"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """What an authority gave: a chain and its key, with the root that stands behind it."""

    chain: bytes
    key: bytes
    root: x509.Certificate


def obtained(
    *names: str, begins: datetime = NOW - timedelta(days=1), days: int = 60, links: bool = True
) -> Obtained:
    """A certificate for names, by an authority between it and the root."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    called = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        for name in ("Root", "Between", "Server")
    ]
    chain = []
    for nth, key in enumerate(keys):
        above = max(nth - 1, 0)
        is_authority = nth < 2
        building = (
            x509.CertificateBuilder()
            .subject_name(called[nth])
            .issuer_name(called[above])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins - timedelta(days=500 if is_authority else 0))
            .not_valid_after(begins + timedelta(days=500 if is_authority else days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[above].public_key()),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        if is_authority:
            usage = dict.fromkeys(USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
            building = building.add_extension(x509.KeyUsage(**usage), critical=True)
        else:
            alternatives = [x509.DNSName(name) for name in names or (NAME,)]
            building = building.add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False
            ).add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
        chain.append(building.sign(keys[above], hashes.SHA256()))
    root, between, own = chain
    return Obtained(
        chain=b"".join(c.public_bytes(Encoding.PEM) for c in ([own, between] if links else [own])),
        key=keys[2].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        root=root,
    )
