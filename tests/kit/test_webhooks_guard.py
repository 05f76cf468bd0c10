"""Server-side request forgery: what is tried, and that nothing gets through."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from kit.webhooks import Fault, Guard, check_url

UNSAFE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254
169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1
198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
168.63.129.16 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:db8::1 2002:7f00:1::
2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1
""".split()  # noqa: SIM905 - a table to read

SAFE = ["1.1.1.1", "93.184.215.14", "192.0.1.1", "2001:4860:4860::8888", "2a01:e0a::1"]


def info(address: str, port: int = 443) -> tuple[int, int, int, str, tuple[str, int]]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


def test_no_unsafe_address_gets_a_socket():
    guard = Guard([], public=True)
    refused = 0

    for address in UNSAFE:
        with pytest.raises(PermissionError):
            guard(info(address))
        refused += 1

    assert refused == len(set(UNSAFE)) == 52


@pytest.mark.parametrize("address", SAFE)
def test_the_public_internet_is_reached_on_its_two_ports(address: str):
    guard = Guard([], public=True)

    guard(info(address)).close()
    guard(info(address, 8443)).close()
    for port in (22, 80, 6379):
        with pytest.raises(PermissionError):
            guard(info(address, port))


def test_a_listed_network_and_nothing_else_without_public():
    guard = Guard([ip_network("127.0.0.1/32")], public=False)

    assert guard.allows(ip_address("127.0.0.1"), 9000)
    assert guard.allows(ip_address("::ffff:127.0.0.1"), 9000)
    assert not guard.allows(ip_address("127.0.0.2"), 9000)
    assert not guard.allows(ip_address("1.1.1.1"), 443)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://exemple.fr/webhooks?cle=a", None),
        ("https://exemple.fr:8443/webhooks", None),
        ("https://éole.exemple.fr/", None),
        ("https://[2a01:e0a::1]/", None),
        ("http://exemple.fr/", Fault.SCHEME),
        ("gopher://exemple.fr/", Fault.SCHEME),
        ("//exemple.fr/", Fault.SCHEME),
        ("https://exemple.fr:22/", Fault.PORT),
        ("https://moi@exemple.fr/", Fault.CREDENTIALS),
        ("https://moi:secret@exemple.fr/", Fault.CREDENTIALS),
        ("https://@exemple.fr@127.0.0.1/", Fault.CREDENTIALS),
        ("https://127.1/", Fault.ADDRESS),
        ("https://2130706433/", Fault.ADDRESS),
        ("https://0x7f.1/", Fault.ADDRESS),
        ("https://0177.0.0.1/", Fault.ADDRESS),
        ("https://127.0.0.1./", Fault.ADDRESS),
        ("https://①②⑦.0.0.1/", Fault.ADDRESS),
        ("https://[::ffff:169.254.169.254]/", Fault.ADDRESS),
        ("https://[64:ff9b::7f00:1]/", Fault.ADDRESS),
        ("https://[fe80::1%25eth0]/", Fault.ADDRESS),
        ("https://exemple.fr\\@127.0.0.1/", Fault.UNREADABLE),
        ("https://exem\nple.fr/", Fault.UNREADABLE),
        ("https://exemple.fr/ /", Fault.UNREADABLE),
        ("https://exemple.fr:99999/", Fault.UNREADABLE),
        ("https://[::1", Fault.UNREADABLE),
        ("https://", Fault.UNREADABLE),
        ("", Fault.UNREADABLE),
        ("https://exemple.fr/" + "a" * 2048, Fault.UNREADABLE),
    ],
)
def test_urls_at_registration(url: str, fault: Fault | None):
    assert check_url(url, []) == fault


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://127.0.0.1:9000/", None),
        ("https://127.0.0.1:9000/", None),
        ("http://recepteur:9000/", None),
        ("http://10.0.0.1/", Fault.SCHEME),
        ("https://10.0.0.1/", Fault.ADDRESS),
        ("https://1.1.1.1:9000/", Fault.PORT),
        ("http://moi@127.0.0.1/", Fault.CREDENTIALS),
        ("ftp://127.0.0.1/", Fault.SCHEME),
    ],
)
def test_urls_at_registration_where_a_network_is_listed(url: str, fault: Fault | None):
    assert check_url(url, [ip_network("127.0.0.1/32")]) == fault
