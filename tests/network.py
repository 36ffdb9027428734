"""No test reaches beyond this machine: neither by connecting nor by asking for a name.

An audit hook sees every connection the interpreter makes, also those of libraries and of gevent.
It can't be taken out again, so it belongs to the test session. Other processes are not covered:
the browser is kept home by its own switches (conftest.py).
"""

import ipaddress
import socket
import sys


class ReachesBeyondThisMachine(RuntimeError):
    """A test tried to contact another machine; no OSError, so that nothing takes it for one."""


def is_loopback(host: object) -> bool:
    """Whether a host, as passed to the socket functions, is this machine."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if not host or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    if not event.startswith("socket."):  # by far the most: this runs for each id() and open()
        return
    host: object
    match event, arguments:
        case (
            ("socket.connect" | "socket.sendto" | "socket.sendmsg"),
            (object(family=socket.AF_INET | socket.AF_INET6), (host, *_)),
        ):
            pass
        case (
            ("socket.getaddrinfo" | "socket.gethostbyname" | "socket.gethostbyaddr"),
            (host, *_),
        ):
            pass
        case _:
            return
    if not is_loopback(host):
        raise ReachesBeyondThisMachine(f"{event} to {host!r}")


def stay_on_this_machine() -> None:
    """Refuse, from here on, every connection of this process that is not to loopback."""
    sys.addaudithook(_refuse_other_machines)
