import socket
import subprocess
import sys

import pytest

from deploy.embedded import ports

TAKE = (
    "import sys; from deploy.embedded import ports; print(ports.take({port}), flush=True); {then}"
)


def _other_process(port: int, then: str = "sys.stdin.read()") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TAKE.format(port=port, then=then)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_port_is_always_below_the_range_of_clients():
    limit = ports.first_ephemeral()

    taken = [ports.take(preferred) for preferred in (23001, limit, limit + 1000)]

    assert taken[0] == 23001
    assert all(1024 <= port < limit for port in taken)


def test_a_port_in_use_is_replaced_by_one_with_the_same_last_digit():
    with socket.create_server(("127.0.0.1", 23102)):
        assert ports.take(23102) == 23112


def test_a_server_on_all_addresses_is_seen():
    with socket.create_server(("0.0.0.0", 23202)):
        assert ports.take(23202) == 23212


def test_two_stacks_are_given_different_ports_before_either_listens():
    with _other_process(23302) as other:
        assert other.stdout
        assert other.stdout.readline() == "23302\n"

        assert ports.take(23302) == 23312

        other.communicate()


def test_a_port_is_free_again_when_its_stack_is_gone_even_without_goodbye():
    with _other_process(23402, then="import os; os.kill(os.getpid(), 9)") as other:
        other.communicate()

    assert ports.take(23402) == 23402


def test_no_port_left_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ports, "first_ephemeral", lambda: 1024)

    with pytest.raises(ports.NoPort, match="Aucun port n’est libre"):
        ports.take(8101)
