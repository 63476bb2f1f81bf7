"""Counting what is expensive."""

import pytest
from argon2 import Type
from argon2.low_level import verify_secret

from sparekey.factors import _argon2


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were compared with, in order; the comparison itself is the real one."""
    seen: list[str] = []

    def counting(phc: bytes, secret: bytes, kind: Type) -> bool:
        seen.append(phc.decode())
        return verify_secret(phc, secret, kind)

    monkeypatch.setattr(_argon2, "verify_secret", counting)
    return seen
