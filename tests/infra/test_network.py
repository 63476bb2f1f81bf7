"""A test that leaves this machine fails."""

import socket

import pytest

from tests.infra.network import OutsideThisMachine, only_loopback


def test_refuses_a_connection_to_another_machine() -> None:
    with only_loopback(), socket.socket() as client, pytest.raises(OutsideThisMachine, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 9))


def test_refuses_to_look_up_a_name() -> None:
    with only_loopback(), pytest.raises(OutsideThisMachine, match=r"mail\.example"):
        socket.create_connection(("mail.example", 25), timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_lets_loopback_through(host: str) -> None:
    with only_loopback(), socket.create_server(("127.0.0.1", 0)) as server:
        here = server.getsockname()
        with socket.create_connection((host, here[1]), timeout=5) as client:
            assert here == client.getpeername()
