"""What checking a passkey costs over the bare signature check (ES256), in one process, in turn."""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sparekey.core.contract import About, Hashing, Moment, Relying
from sparekey.factors import registered
from tests.soft_key import SoftKey, decode64

ROUNDS, IN_A_ROUND = 20, 100
HERE = Relying("id.example", ("https://id.example",))


def ratio() -> float:
    """CPU of one whole verification over that of its signature: the median of the rounds."""
    passkey: Any = registered(Hashing(), HERE)["passkey"]
    moment, key = Moment(datetime.now(UTC), b"bench"), SoftKey()
    about = About("Bench", "person", handle=b"h" * 64)
    proposal = passkey.propose(about, moment)
    kept = passkey.enrol(about, proposal.kept, key.create(json.loads(proposal.shown["options"])), moment)
    asked = passkey.challenge([kept], moment, is_first=True)
    answer = key.get(json.loads(asked.shown))
    told = {name: decode64(value) for name, value in json.loads(answer)["response"].items()}
    signed = told["authenticatorData"] + hashlib.sha256(told["clientDataJSON"]).digest()
    rounds = [
        (
            _cpu(lambda: passkey.verify(kept, answer, moment, asked.kept)),
            _cpu(lambda: key.public.verify(told["signature"], signed, ec.ECDSA(hashes.SHA256()))),
        )
        for _ in range(ROUNDS)
    ]
    return sorted(whole / bare for whole, bare in rounds)[ROUNDS // 2]


def _cpu(act: Callable[[], object]) -> float:
    before = time.thread_time()
    for _ in range(IN_A_ROUND):
        act()
    return time.thread_time() - before
