"""The builders give people who can do what they say."""

from datetime import timedelta

from sparekey.core.proofs import Aal, assurance
from sparekey.flows.context import Context
from tests.people import account, again, code_of, letters, signed_in, signs_in, tags, with_backup_codes
from tests.world import FrozenWorld


def test_everybody_can_sign_in_with_password_and_code(ctx: Context) -> None:
    team = account(ctx)
    browser = signs_in(ctx, team["jonas.frei"])
    assert browser.member is not None
    assert "jonas.frei" == browser.member.username


def test_a_ready_session_is_worth_as_much_as_a_real_one(ctx: Context) -> None:
    team = account(ctx)
    browser = signed_in(ctx, team.owner)
    assert browser.session is not None
    assert Aal.AAL2 == assurance(browser.session.proofs).aal
    assert ["member:session:started"] == tags(ctx, team.account.id)


def test_a_browser_comes_back_until_its_session_is_over(ctx: Context, world: FrozenWorld) -> None:
    browser = signed_in(ctx, account(ctx).owner)
    world.advance(timedelta(hours=13))
    assert again(ctx, browser).session is None


def test_building_sends_nothing(ctx: Context) -> None:
    team = account(ctx)
    codes = with_backup_codes(ctx, team.owner)
    assert (10, 6, []) == (len(codes), len(code_of(ctx, team.owner)), letters(ctx))
