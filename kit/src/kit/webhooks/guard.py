"""What a webhook may reach: the public internet, and the networks a setting lists."""

import errno
import re
import socket
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import AddrInfoType
from yarl import URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = frozenset({443, 8443})

# `is_global` lets 18 of 52 unsafe addresses through: the registries are written out instead.
_CLOSED_V4 = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    )
)
_OPEN_V6 = ip_network("2000::/3")
_CLOSED_V6 = tuple(
    ip_network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

_LONGEST_URL = 2048
# Resolvers read `127.1` and `0x7f000001` as addresses.
_NUMERIC_NAME = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?", re.ASCII | re.IGNORECASE)


class Fault(StrEnum):
    """Why a URL is not accepted at registration."""

    UNREADABLE = "unreadable"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    PORT = "port"
    ADDRESS = "address"


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one merely spells."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Tell whether *address* belongs to the public internet and to nothing else."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


class Guard:
    """Opens the sockets of a client, seeing the very address that each is about to dial.

    It stands after name resolution: a name that changes its mind between two looks, or has one
    good address and one bad, gains nothing. Without *public*, only *networks* are reached.
    """

    def __init__(self, networks: Sequence[Network], *, public: bool) -> None:
        self._networks = networks
        self._public = public

    def __call__(self, addr_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = addr_info
        if not self.allows(ip_address(host), int(port)):
            raise PermissionError(errno.EACCES, "This address is not open to webhooks")
        return socket.socket(family, kind, protocol)

    def allows(self, address: Address, port: int) -> bool:
        address = unwrapped(address)
        if any(address in network for network in self._networks):
            return True
        return self._public and port in PORTS and is_public(address)


def check_url(url: str, networks: Sequence[Network]) -> Fault | None:
    """Say at registration what the guard would refuse later, as far as it can be seen.

    Only `https`, on ports 443 and 8443, without user name. Where *networks* are listed, a name
    may belong to one of them: it is accepted with any port and scheme, and the guard decides.
    """
    parsed = _parsed(url)
    if parsed is None or not parsed.raw_host:
        return Fault.UNREADABLE
    port = parsed.port or 0
    try:
        address = ip_address(parsed.raw_host)
    except ValueError:
        inside = bool(networks)
        closed = _NUMERIC_NAME.fullmatch(parsed.raw_host) is not None
    else:
        inside = Guard(networks, public=False).allows(address, port)
        closed = not inside and not is_public(unwrapped(address))
    faults = {
        Fault.CREDENTIALS: parsed.raw_user is not None or parsed.raw_password is not None,
        Fault.SCHEME: parsed.scheme not in ({"http", "https"} if inside else {"https"}),
        Fault.ADDRESS: closed,
        Fault.PORT: not inside and port not in PORTS,
    }
    return next((fault for fault, found in faults.items() if found), None)


def _parsed(url: str) -> URL | None:
    if len(url) > _LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        return URL(url)
    except ValueError:
        return None
