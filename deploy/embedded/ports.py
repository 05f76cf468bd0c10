"""Ports that a server can take, lose and take again."""

import socket
from collections.abc import Iterator
from pathlib import Path

from deploy.trouble import Trouble

LOOPBACK = "127.0.0.1"


class NoPort(Trouble):
    """Aucun port n’est libre sous la plage éphémère de cette machine."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


def take(preferred: int) -> int:
    """Reserve *preferred*, or else a free port, until this process ends.

    No two stacks of the machine are given the same one.
    """
    return next(port for port in _candidates(preferred) if _free(port) and _claim(port))


def first_ephemeral() -> int:
    """The bound: in that range, a client that reconnects may end up connected to itself."""
    text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
    return int(text.split()[0])


def _candidates(preferred: int) -> Iterator[int]:
    limit = first_ephemeral()
    yield from range(preferred, limit, 10)
    yield from range(limit - 1, 1023, -1)
    raise NoPort


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection that has not quite ended is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _claim(port: int) -> bool:
    # An abstract socket is a lock that every user of the machine sees and no crash leaves behind.
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0sans-couture/port/{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True
