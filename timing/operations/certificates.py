"""Whether a certificate obtained beforehand will do in the camp: name, time, chain and key."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found: ``faults`` make it useless, ``notes`` do not."""

    ends: datetime | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def check_certificate(
    certificate: bytes,
    key: bytes,
    *,
    name: str,
    at: datetime,
    until: datetime,
    roots: Sequence[x509.Certificate],
) -> Checked:
    """Check a chain in PEM, the server's own first, for a name from ``at`` until ``until``.

    ``roots`` are the authorities that phones trust; without any the chain can't be checked.
    """
    try:
        chain = x509.load_pem_x509_certificates(certificate)
    except ValueError:
        return Checked(ends=None, faults=("The certificate can't be read as PEM.",), notes=())
    own, between = chain[0], chain[1:]
    faults = [
        *_of_name(own, name),
        *_of_time(own, at=at, until=until),
        *_of_key(own, key),
    ]
    notes = []
    if roots:
        faults += _of_chain(own, between, name=name, at=at, roots=roots)
    else:
        notes.append("No list of trusted authorities is here, so the chain was not checked.")
    if not between:
        notes.append("There is one certificate only; most need the one between it and its root.")
    return Checked(ends=own.not_valid_after_utc, faults=tuple(faults), notes=tuple(notes))


def trusted_roots(extra: Path | None = None) -> tuple[x509.Certificate, ...]:
    """The authorities that this machine trusts, and those in a file; ValueError, OSError."""
    found: list[x509.Certificate] = []
    for data in ssl.create_default_context().get_ca_certs(binary_form=True):
        try:
            found.append(x509.load_der_x509_certificate(data))
        except ValueError:
            continue
    if extra is not None:
        found += x509.load_pem_x509_certificates(extra.read_bytes())
    return tuple(found)


def _of_name(own: x509.Certificate, name: str) -> list[str]:
    try:
        alternatives = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [f"The certificate is for no name at all, so not for {name}."]
    known = alternatives.get_values_for_type(x509.DNSName)
    if any(_covers(pattern.lower(), name.lower()) for pattern in known):
        return []
    return [f"The certificate is not for {name}: it is for {', '.join(known) or 'nothing'}."]


def _covers(pattern: str, name: str) -> bool:
    """Whether a certificate's name is this one; ``*.`` stands for one label."""
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return pattern == name


def _of_time(own: x509.Certificate, *, at: datetime, until: datetime) -> list[str]:
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    if at < begins:
        return [f"The certificate is not valid before {begins:%Y-%m-%d %H:%M} UTC."]
    if at > ends:
        return [f"The certificate ended on {ends:%Y-%m-%d}."]
    if until > ends:
        told = f"The certificate ends on {ends:%Y-%m-%d}, before the race does ({until:%Y-%m-%d})"
        return [f"{told}: renew it before leaving."]
    return []


def _of_key(own: x509.Certificate, key: bytes) -> list[str]:
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError):
        return ["The key can't be read as PEM without a password."]
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*form) != own.public_key().public_bytes(*form):
        return ["The key is not that of the certificate."]
    return []


def _of_chain(
    own: x509.Certificate,
    between: Sequence[x509.Certificate],
    *,
    name: str,
    at: datetime,
    roots: Sequence[x509.Certificate],
) -> list[str]:
    moment = min(max(at, own.not_valid_before_utc), own.not_valid_after_utc)
    verifier = (
        PolicyBuilder()
        .store(Store(list(roots)))
        .time(moment)
        .build_server_verifier(x509.DNSName(_name_in(own, name)))
    )
    try:
        verifier.verify(own, list(between))
    except VerificationError as error:
        return [f"No authority that phones trust stands behind it: {error}."]
    return []


def _name_in(own: x509.Certificate, name: str) -> str:
    """The name to check the chain for: a wrong one is told of by itself."""
    if not _of_name(own, name):
        return name
    known = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names = known.get_values_for_type(x509.DNSName)
    return names[0].replace("*.", "any.") if names else name


def dns_lines(name: str, addresses: Sequence[str]) -> tuple[str, ...]:
    """The lines of dnsmasq that let the camp's network find a name at this machine."""
    lines = [f"# {name} is this machine, for every phone that asks the camp's name server."]
    lines += [f"address=/{name}/{address}" for address in addresses]
    first = next((a for a in addresses if ip_address(a).version == 4), "")
    if first:
        lines += [
            "# Where dnsmasq gives out the addresses too: phones are to ask it for names.",
            f"dhcp-option=option:dns-server,{first}",
        ]
    lines += ["# Names of elsewhere are not asked for where there is no network.", "no-resolv"]
    return tuple(lines)
