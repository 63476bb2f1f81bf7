"""Passkeys of somebody who is helped: one on the lost thing proves nothing, whatever was handed over."""

import json
from dataclasses import replace

from sparekey.core.people import Member
from sparekey.core.proofs import Aal, assurance
from sparekey.core.recovery_case import Delivery
from sparekey.core.sign_in import Standing
from sparekey.errors import Conflict, NotFound
from sparekey.flows import recover
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import passkeys
from tests.flows.recovery.endings import Where, take_back
from tests.flows.steps import helped, refusal, standings
from tests.people import Browser, again, letters, opened, signed_in, without
from tests.soft_key import SoftKey

PHONE = Visitor(source="203.0.113.9", device="Mozilla/5.0 (iPhone)", browser="b" * 32)


def key_on_phone(ctx: Context, who: Member) -> SoftKey:
    browser, key = replace(signed_in(ctx, who), device=PHONE.device), SoftKey()
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    return key


def by_passkey(ctx: Context, key: SoftKey) -> Browser:
    answer = key.get(json.loads(passkeys.to_sign_in(ctx, PHONE, "")))
    return opened(ctx, PHONE, passkeys.begin(ctx, PHONE, answer).started.token)


def test_where_the_present_secret_is_shown_the_passkey_on_the_lost_phone_is_suspended(
    ctx: Context, where: Where
) -> None:
    """It was not seen by anybody; whoever has the phone must not get into the forced change by it."""
    key = key_on_phone(ctx, where.jonas)
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    refused = refusal(lambda: by_passkey(ctx, key))
    stands = standings(ctx, where.jonas)
    assert (Standing.SUSPENDED, "wrong_proof") == (stands["passkey"], refused.code)
    assert 1 == len(letters(ctx, "recovery_tripwire"))


def test_the_present_secret_is_shown_beside_a_passkey(ctx: Context, where: Where) -> None:
    key_on_phone(ctx, where.jonas)
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    assert recover.view(ctx, where.nora, where.jonas.id, "page").is_current


def test_of_a_passkey_alone_there_is_no_present_secret_to_show(ctx: Context, where: Where) -> None:
    key_on_phone(ctx, where.jonas)
    without(ctx, where.jonas, "totp")
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.CURRENT))
    found = refusal(lambda: recover.take_back(ctx, where.nora, where.jonas.id))
    assert (Conflict, "no_secret", NotFound) == (type(refused), refused.reason, type(found))


def test_help_handed_over_again_suspends_no_more_than_the_first_time(ctx: Context, where: Where) -> None:
    """A passkey on the computer goes on working, and its use is no alarm."""
    browser, key = signed_in(ctx, where.jonas), SoftKey()
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    for delivery in (Delivery.SCREEN, Delivery.MAIL, Delivery.LINK):
        helped(ctx, where.nora, where.jonas, delivery)
    stands = standings(ctx, where.jonas)
    assert (Standing.SUSPENDED, Standing.ACTIVE) == (stands["totp"], stands["passkey"])


def test_where_the_app_was_stolen_before_a_passkey_elsewhere_goes_on_working(
    ctx: Context, where: Where
) -> None:
    browser, key = signed_in(ctx, where.jonas), SoftKey()
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    helped(ctx, where.nora, where.jonas, is_stolen=True)
    take_back(ctx, where)
    helped(ctx, where.nora, where.jonas)
    stands = standings(ctx, where.jonas)
    assert (Standing.SUSPENDED, Standing.ACTIVE) == (stands["totp"], stands["passkey"])


def test_what_nobody_has_seen_works_again_after_the_present_secret_was_shown(
    ctx: Context, where: Where
) -> None:
    key_on_phone(ctx, where.jonas)
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    take_back(ctx, where)
    stands = standings(ctx, where.jonas)
    assert (Standing.SUSPENDED, Standing.ACTIVE) == (stands["totp"], stands["passkey"])
    assert "stays_suspended" == letters(ctx, "recovery_ended")[0].facts["fate"]


def test_a_session_of_the_lost_passkey_is_worth_one_factor(ctx: Context, where: Where) -> None:
    key = key_on_phone(ctx, where.jonas)
    phone = by_passkey(ctx, key)
    helped(ctx, where.nora, where.jonas, Delivery.LINK)
    session = again(ctx, phone).session
    assert session is not None
    assert Aal.AAL1 is assurance(session.proofs).aal
