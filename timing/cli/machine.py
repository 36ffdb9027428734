"""What this machine is called and how it is reached on the networks it is plugged into."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct

_SIOCGIFADDR = 0x8915  # Linux: an interface's IPv4 address
_NOWHERE = ("192.0.2.1", 9)  # for documentation; nothing is sent


def addresses() -> tuple[str, ...]:
    """The IPv4 addresses of this machine but the loopback's, the one to the outside first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                asked = struct.pack("256s", name.encode()[:15])
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, asked)
                found.append(socket.inet_ntoa(answer[20:24]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_NOWHERE)
        found.insert(0, probe.getsockname()[0])
    return tuple(dict.fromkeys(one for one in found if not one.startswith("127.")))


def names() -> tuple[str, ...]:
    """The names by which phones of the same network may find it: ``camp.local``."""
    own = socket.gethostname().partition(".")[0].lower()
    return (f"{own}.local",) if own and own != "localhost" else ()
