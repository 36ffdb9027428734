"""Writing to many connections from one loop, without waking whoever serves each of them.

Under gevent a connection has a greenlet of its own. To wake thousands of them for one event each
takes longer than writing it; so whoever has the event writes it, and only where a connection
takes no more is its greenlet woken to write the rest.
"""

from __future__ import annotations

import os
import socket
import ssl
from typing import Protocol, cast

from gevent import monkey

UNHEARD_MS = 60_000
"""A connection whose other side confirms nothing for so long is given up."""


class ReaderHasLeft(Exception):
    """The other side closed the connection."""


class Outlet(Protocol):
    """Where the events of one stream go, past the server that answered its request."""

    def write(self, data: bytes) -> int:
        """How much of ``data`` was taken at once, perhaps nothing; or ReaderHasLeft."""

    def write_all(self, data: bytes) -> None:
        """Write, and wait as long as it takes; or ReaderHasLeft."""


class SocketOutlet:
    """A connection that gevent keeps from blocking."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._descriptor = connection.fileno()

    def write(self, data: bytes) -> int:
        """See `Outlet`."""
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise ReaderHasLeft from error

    def write_all(self, data: bytes) -> None:
        """See `Outlet`."""
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise ReaderHasLeft from error


def outlet_of(environ: dict[str, object]) -> Outlet | None:
    """The outlet of a request to gunicorn, or None where its stream has to go the usual way.

    That is without gevent, where writing would block; under TLS, and where an answer is not sent
    in chunks.
    """
    connection = cast("socket.socket | None", environ.get("gunicorn.socket"))
    if connection is None or not monkey.is_module_patched("socket"):
        return None
    if isinstance(connection, ssl.SSLSocket):
        return None
    if environ.get("SERVER_PROTOCOL") != "HTTP/1.1" or environ.get("REQUEST_METHOD") != "GET":
        return None
    give_up_unheard(connection)
    return SocketOutlet(connection)


def give_up_unheard(connection: socket.socket) -> None:
    """Let the system give a connection up that nobody confirms, as those of phones out of reach."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, option, UNHEARD_MS)
