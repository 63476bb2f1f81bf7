"""Signing keys: made when they are needed, followed by the next, withdrawn when they leaked."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from sparekey.core.people import SERVER
from sparekey.flows.background import upkeep
from sparekey.flows.console import CONSOLE
from sparekey.flows.context import Context, SigningKeys
from sparekey.flows.oidc import keys
from sparekey.flows.oidc.keys import stand
from tests.people import tags
from tests.world import FrozenWorld

DAY = timedelta(days=1)


def published(ctx: Context) -> dict[str, Any]:
    """The keys that apps may fetch, by id."""
    found = json.loads(keys.published(ctx, ctx.moment().at))
    return {key["kid"]: key for key in found["keys"]}


def signed(ctx: Context, algorithm: str = "ES256") -> str:
    return keys.sign(ctx, ctx.moment().at, algorithm, {"sub": "mem_1"})


def header(text: str) -> dict[str, Any]:
    head = text.split(".", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return found


def signer(ctx: Context) -> str:
    return str(header(signed(ctx))["kid"])


def stands(ctx: Context) -> list[str]:
    return [stand(key, ctx.moment().at).value for key in keys.listed(ctx) if key.algorithm == "ES256"]


def goes_by(ctx: Context, world: FrozenWorld, time: timedelta) -> None:
    """Time with its upkeep."""
    world.advance(time)
    upkeep.run_once(ctx)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_what_is_signed_can_be_checked_with_what_is_published(ctx: Context, algorithm: str) -> None:
    text = signed(ctx, algorithm)
    known = KeySet.import_key_set({"keys": list(published(ctx).values())})
    assert {"sub": "mem_1"} == jwt.decode(text, known, algorithms=[algorithm]).claims
    assert {"alg": algorithm, "typ": "JWT"}.items() <= header(text).items()


def test_the_first_keys_are_made_when_somebody_looks_for_them_and_sign_at_once(ctx: Context) -> None:
    assert {"RS256", "ES256"} == {key["alg"] for key in published(ctx).values()}
    assert signer(ctx) in published(ctx)
    assert 2 == tags(ctx, SERVER).count("server:signing_key:made")


def test_nothing_private_is_published(ctx: Context) -> None:
    assert {"kty", "n", "e", "crv", "x", "y", "use", "alg", "kid"} == {
        name for key in published(ctx).values() for name in key
    }


def test_another_process_signs_with_the_same_keys(ctx: Context) -> None:
    other = replace(ctx, signing_keys=SigningKeys())
    assert signer(ctx) == signer(other)
    assert {"sub": "mem_1"} == keys.verify_own(other, signed(ctx, "RS256"))


def test_a_successor_is_published_before_it_signs_and_the_earlier_one_after(
    ctx: Context, world: FrozenWorld
) -> None:
    first, text = signer(ctx), signed(ctx)
    goes_by(ctx, world, 90 * DAY)
    assert (first, 2 * 2) == (signer(ctx), len(published(ctx)))
    assert ["next", "signs"] == stands(ctx)
    goes_by(ctx, world, DAY)
    assert (True, True) == (signer(ctx) != first, first in published(ctx))
    assert ["signs", "published"] == stands(ctx)
    goes_by(ctx, world, DAY)
    assert first not in published(ctx)
    assert ["signs", "kept"] == stands(ctx)
    assert {"sub": "mem_1"} == keys.verify_own(ctx, text)
    goes_by(ctx, world, 87 * DAY)
    assert keys.verify_own(ctx, text)
    goes_by(ctx, world, 3 * DAY)
    assert keys.verify_own(ctx, text) is None


def test_the_private_half_is_erased_when_it_signs_no_more(ctx: Context, world: FrozenWorld) -> None:
    signer(ctx)
    goes_by(ctx, world, 90 * DAY)
    goes_by(ctx, world, DAY)
    assert [True, False] == [key.sealed is not None for key in keys.listed(ctx) if key.algorithm == "ES256"]


def test_nothing_happens_before_its_time(ctx: Context, world: FrozenWorld) -> None:
    before = published(ctx)
    goes_by(ctx, world, 90 * DAY - timedelta(seconds=1))
    assert before == published(ctx)


def test_two_processes_make_one_successor(ctx: Context, world: FrozenWorld) -> None:
    other = replace(ctx, signing_keys=SigningKeys())
    published(ctx), published(other)
    goes_by(ctx, world, 90 * DAY)
    keys.ensure(other, other.moment())
    assert 4 == len(published(other))


def test_a_key_that_leaked_is_withdrawn_at_once(ctx: Context, world: FrozenWorld) -> None:
    other = replace(ctx, signing_keys=SigningKeys())
    first, text = signer(ctx), signed(other)
    keys.rotate(ctx, CONSOLE, at_once=True)
    assert (True, False) == (signer(ctx) != first, first in published(ctx))
    assert keys.verify_own(ctx, text) is None
    world.advance(timedelta(seconds=61))
    assert signer(other) == signer(ctx)
    assert keys.verify_own(other, text) is None
    assert 2 == tags(ctx, SERVER).count("server:signing_key:retired")


def test_an_owner_of_the_server_may_rotate_before_the_time(ctx: Context) -> None:
    first = signer(ctx)
    keys.rotate(ctx, CONSOLE)
    assert (first, ["next", "signs"]) == (signer(ctx), stands(ctx))


@pytest.mark.parametrize("text", ["", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "x" * 9000, "ü.ü.ü"])
def test_what_this_server_did_not_sign_says_nothing(ctx: Context, text: str) -> None:
    signer(ctx)
    assert keys.verify_own(ctx, text) is None


def test_a_public_key_is_no_shared_secret(ctx: Context) -> None:
    """RFC 8725, section 2.1: the algorithm is the key's, not the statement's."""
    public = json.dumps(next(iter(published(ctx).values())))
    forged = jwt.encode({"alg": "HS256"}, {"sub": "mem_1"}, OctKey.import_key(public), algorithms=["HS256"])
    assert keys.verify_own(ctx, forged) is None
