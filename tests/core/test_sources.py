"""Who counts as one source of wrong answers."""

import pytest

from sparekey.core.throttle import source_key


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_one_connection_is_one_source(address: str, expected: str) -> None:
    assert expected == source_key(address)
