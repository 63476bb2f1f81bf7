"""Whoever is invited and brought an app along proves that app, and enrols none anew unless they want to."""

from base64 import b32decode
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sparekey.core.contract import Loss
from sparekey.core.people import Status
from sparekey.errors import BadInput
from sparekey.factors.totp import AppSecret, code_at
from sparekey.flows import _ways
from sparekey.flows.context import Context
from sparekey.flows.joining import brought, setup
from sparekey.flows.joining.from_elsewhere import Found, Into, take_over
from sparekey.flows.own import apps
from sparekey.store.people import by_sign_in_name
from tests.flows.moving.table import ANNA, BEN, CLEO, EMIL, Line, key_of, people
from tests.flows.steps import NEW_PASSWORD, token_in
from tests.people import SOMEBODY, Browser, account, letters, opened, reloaded, signed_in

OTHER_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
TWO_APPS = (BEN, f"ben.ott,,,,,,{OTHER_KEY},,,")


@pytest.fixture
def invited(ctx: Context, request: pytest.FixtureRequest) -> Browser:
    """Somebody of the table in the set-up, with the password chosen."""
    lines: tuple[Line | str, ...] = getattr(request, "param", (BEN,))
    return in_set_up(ctx, people(*lines))


def in_set_up(ctx: Context, found: Sequence[Found]) -> Browser:
    nora = signed_in(ctx, account(ctx).owner)
    take_over(ctx, nora, found, Into("csv"))
    started = setup.accept(ctx, SOMEBODY, token_in(letters(ctx, "invitation")[0].facts["link"]))
    browser = opened(ctx, SOMEBODY, started.token)
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    return opened(ctx, browser, browser.token)


def shown(ctx: Context, key: bytes = key_of("ben.ott")) -> str:
    return code_at(AppSecret(key), ctx.moment().at)


def test_the_app_that_came_along_is_asked_for_and_stays(ctx: Context, invited: Browser) -> None:
    assert brought.is_asked_for(ctx, invited)
    setup.commit(ctx, invited, shown(ctx))
    assert invited.member is not None
    ben = reloaded(ctx, invited.member)
    had = ctx.db.read(lambda conn: _ways.ways(conn, ben.account_id, ben.id))
    app = next(_ways.material(ctx, one.kept) for one in had if one.kept.kind == "totp")
    assert (Status.ACTIVE, key_of("ben.ott")) == (ben.status, app.key)
    assert {"password", "totp", "backup_codes"} == {one.kept.kind for one in had}


def test_the_app_keeps_its_name(ctx: Context) -> None:
    (ben,) = people(BEN)
    app = replace(ben.authenticators[0], label="Work phone")
    browser = in_set_up(ctx, [replace(ben, authenticators=(app,))])
    setup.commit(ctx, browser, shown(ctx), Loss.TABLET)
    assert browser.member is not None
    (kept,) = apps.own(ctx, browser.member)
    assert ("Work phone", Loss.TABLET) == (kept.kept.label, kept.kept.thing)


@pytest.mark.parametrize(("one", "expected"), [(ANNA, 6), (EMIL, None), (CLEO, None)])
def test_the_length_of_codes_is_told_where_it_is_known(ctx: Context, one: Line, expected: int | None) -> None:
    team = account(ctx)
    take_over(ctx, signed_in(ctx, team.owner), people(one), Into("csv"))
    who = ctx.db.read(lambda conn: by_sign_in_name(conn, one.username))
    assert who is not None
    assert expected == apps.digits(ctx, who)


def test_another_code_than_the_app_s_is_wrong(ctx: Context, invited: Browser) -> None:
    with pytest.raises(BadInput) as refused:
        setup.commit(ctx, invited, "12345")
    assert ("code", "wrong_length") == (refused.value.field, refused.value.reason)


def test_who_lost_that_app_gets_a_new_secret(ctx: Context, invited: Browser) -> None:
    brought.set_up_another(ctx, invited)
    assert not brought.is_asked_for(ctx, invited)
    secret = setup.propose(ctx, invited).secret.replace(" ", "")
    setup.commit(ctx, invited, shown(ctx, b32decode(secret)))


@pytest.mark.parametrize("invited", [TWO_APPS], indirect=True)
def test_of_several_apps_the_proven_one_stays(ctx: Context, invited: Browser) -> None:
    setup.commit(ctx, invited, shown(ctx, b32decode(OTHER_KEY)))
    assert invited.member is not None
    who = invited.member
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    assert [b32decode(OTHER_KEY)] == [
        _ways.material(ctx, one.kept).key for one in had if one.kept.kind == "totp"
    ]


@pytest.mark.parametrize("invited", [(CLEO,)], indirect=True)
def test_who_brought_none_sets_one_up(ctx: Context, invited: Browser) -> None:
    assert not brought.is_asked_for(ctx, invited)
