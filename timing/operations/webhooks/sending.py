"""One request to an address that somebody typed in: to the public internet, bounded, never on.

Whoever may name an address to be told could name one inside: the database's, a router's, the
machine's own. So a name is looked up once, every address it has must be a public one, and the
connection goes to the very address that was looked at. Redirects are answers like others.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

PATIENCE_SECONDS = 10.0
"""For a whole request, from the connection to the last of the answer that is read."""

MOST_ANSWER_BYTES = 16 * 1024
LONGEST_URL = 500

Resolving: TypeAlias = Callable[[str, int], tuple[str, ...]]
"""The addresses of a host, as text; OSError where it has none."""

_PORTS = {"https": 443, "http": 80}


class BadWebhookUrl(ValueError):
    """No address that a webhook may have; says what would be right."""


class NotSent(OSError):
    """The request could not be made, or nothing came back in time; trying again may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back: the status, and the beginning of what was said."""

    status: int
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether the receiver says that it has it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Where requests may go. ``private`` allows addresses that are not public, and plain http."""

    private: bool = False
    loopback: bool = False

    def is_open(self, address: str) -> bool:
        """Whether requests may go to this IP address."""
        found = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(found, ipaddress.IPv6Address):
            # An IPv4 address can be written inside an IPv6 one, in several ways.
            inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
            found = inner or found
        if found.is_loopback and self.loopback:
            return True
        if found.is_multicast or found.is_unspecified:
            return False
        return self.private or (found.is_global and found not in _TRANSLATED)


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""NAT64: an IPv4 address again, which may be a private one."""


def checked_url(url: str, allowed: Allowed) -> str:
    """The address as it is kept; BadWebhookUrl. Nothing is looked up."""
    parts = _parts(url)
    if parts.scheme == "https" or allowed.private:
        return parts.geturl()
    if parts.scheme == "http" and allowed.loopback and _is_here(parts.hostname or ""):
        return parts.geturl()
    raise BadWebhookUrl("begins with https://")


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise BadWebhookUrl(f"is plain ASCII without blanks, at most {LONGEST_URL} characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadWebhookUrl("is an address like https://example.org/hook") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadWebhookUrl("is an address like https://example.org/hook")
    if parts.username is not None or parts.password is not None:
        raise BadWebhookUrl("has no name and password in it: requests are signed instead")
    if parts.fragment:
        raise BadWebhookUrl("has no part after a #")
    return parts


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def resolved(host: str, port: int) -> tuple[str, ...]:
    """What the system says the host's addresses are."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def post(
    url: str,
    body: str,
    headers: Mapping[str, str],
    allowed: Allowed,
    *,
    resolving: Resolving = resolved,
    trust: ssl.SSLContext | None = None,
) -> Answered:
    """Send a body of JSON there once. Raises NotSent, or BadWebhookUrl for where it may not go."""
    parts = _parts(checked_url(url, allowed))
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        addresses = resolving(host, port)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{host} is not known: {error}") from error
    if not addresses or not all(allowed.is_open(address) for address in addresses):
        # All of them: one that is public must not open the way to another that is not.
        raise BadWebhookUrl(f"is on the public internet, and {host} is not")
    path = parts._replace(scheme="", netloc="").geturl() or "/"
    if parts.scheme == "https" and trust is None:
        trust = ssl.create_default_context()
    connection = _Connection(host, port, addresses[0], trust if parts.scheme == "https" else None)
    watchdog = threading.Timer(PATIENCE_SECONDS, connection.cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(
            "POST",
            path,
            body=body.encode(),
            headers={"Content-Type": "application/json", "User-Agent": "Bivouac", **headers},
        )
        answer = connection.getresponse()
        said = answer.read(MOST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, ValueError) as error:
        told = "took too long" if connection.is_cut else str(error) or type(error).__name__
        raise NotSent(f"{host}: {told}") from error
    finally:
        watchdog.cancel()
        connection.close()
    return Answered(status=answer.status, text=said.decode(errors="replace"))


class _Connection(http.client.HTTPConnection):
    """A connection to one address of a host, by TLS where ``trust`` is set."""

    def __init__(self, host: str, port: int, address: str, trust: ssl.SSLContext | None) -> None:
        if trust is not None:
            # The Host header names the port where it is not the usual one.
            self.default_port = _PORTS["https"]
        super().__init__(host, port, timeout=PATIENCE_SECONDS)
        self._address = address
        self._trust = trust
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the address that was looked at, and speak TLS with the host."""
        self.sock = socket.create_connection((self._address, self.port), PATIENCE_SECONDS)
        if self._trust is not None:
            # The handshake apart, so that it can be cut short too.
            wrapped = self._trust.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End it from another thread: who sends a byte now and then would keep it open for ever."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
