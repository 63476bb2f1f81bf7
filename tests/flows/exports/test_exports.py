"""Taking secrets along: who may, what is in the file and what is not, and who hears of it."""

import json
import logging
from base64 import b32encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sparekey.adapters.parcels import CannotOpen, pack
from sparekey.core.contract import Loss
from sparekey.core.people import Member, Role, Status
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing
from sparekey.errors import BadInput, Conflict, NotAllowed, NotSignedIn, StepUpNeeded
from sparekey.factors import brought_app
from sparekey.flows import _ways, not_me, recover
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.exports.account import export_account, export_at_console
from sparekey.flows.exports.opening import Opened, open_export
from sparekey.flows.exports.own import export_own, offered
from sparekey.flows.exports.typed import Typed
from sparekey.flows.own import ways
from sparekey.flows.sessions import end_all
from sparekey.store import people
from tests.flows.steps import answer, everything, half, helped, refusal, shows, token_in
from tests.people import (
    SET_UP,
    SOMEBODY,
    Team,
    account,
    again,
    changed,
    entries,
    letters,
    signed_in,
    stands,
    tags,
    with_address,
    with_backup_codes,
    without,
)
from tests.world import FrozenWorld

WORDS = "canary marble under ladder"
TYPED = Typed(WORDS, WORDS)
SIX_MINUTES = timedelta(minutes=6)


@pytest.fixture
def team(ctx: Context) -> Team:
    others = {"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR}
    return account(ctx, others=others)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def secrets_of(ctx: Context, who: Member) -> list[str]:
    """The secrets of somebody's apps, as an app shows them."""
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    apps = [one.kept for one in had if one.kept.kind == "totp"]
    return [b32encode(_ways.material(ctx, one).key).decode().rstrip("=") for one in apps]


def another_app(ctx: Context, who: Member, label: str, thing: Loss) -> None:
    """A second app, with a secret that is not of the usual form."""
    factor, moment = ctx.factors["totp"], ctx.moment()
    usual = factor.decode(factor.propose(_ways.about(account_of(ctx, who), who), moment).kept)
    value = replace(usual, algorithm="sha256", digits=8, period=60)

    def keep(work: Work) -> None:
        _ways.add(work, who, "totp", value, _ways.Binding(label, "settings", thing))

    unit(ctx, Visitor(console="test"), moment, keep)


def account_of(ctx: Context, who: Member) -> Any:
    return ctx.db.read(lambda conn: people.account(conn, who.account_id))


def opened(parcel: str, passphrase: str = WORDS) -> Opened:
    return open_export(parcel.encode(), passphrase)


def inside(parcel: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(opened(parcel).text)
    return read


# One's own


def test_ones_own_file_holds_every_app_that_works(ctx: Context, jonas: Member) -> None:
    jonas = with_address(ctx, jonas, "jonas@bluewin.example")
    another_app(ctx, jonas, "Old tablet", Loss.TABLET)
    found = inside(export_own(ctx, signed_in(ctx, jonas), TYPED))
    usual, other = secrets_of(ctx, jonas)
    names = "otpauth://totp/Team%20of%20nora.keller:jonas.frei?secret="
    issuer = "&issuer=Team%20of%20nora.keller"
    assert ("sparekey export", 1, "id.example", "2026-11-17T12:00:00+00:00") == (
        found["format"],
        found["version"],
        found["server"],
        found["made_at"],
    )
    assert ("jonas.frei", "Jonas Frei", ["jonas.frei@example.com", "jonas@bluewin.example"]) == (
        found["username"],
        found["name"],
        found["addresses"],
    )
    assert [
        ("", "phone", f"{names}{usual}{issuer}&algorithm=SHA1&digits=6&period=30"),
        ("Old tablet", "tablet", f"{names}{other}{issuer}&algorithm=SHA256&digits=8&period=60"),
    ] == [(app["label"], app["lives_on"], app["uri"]) for app in found["apps"]]
    by_text = "codes by text message or e-mail"
    assert {"password", "backup codes", "passkeys", by_text, "apps that do not work"} == set(
        found["not_in_here"]
    )


def test_a_code_from_the_file_is_the_code_of_the_app(ctx: Context, jonas: Member) -> None:
    uri = opened(export_own(ctx, signed_in(ctx, jonas), TYPED)).uris[0]
    code = shows(ctx, uri.partition("secret=")[2].partition("&")[0])
    assert Scope.FULL is answer(ctx, half(ctx, jonas), code).started.session.scope


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.EXPOSED, Standing.DISABLED])
def test_what_does_not_work_stays_here(ctx: Context, jonas: Member, standing: Standing) -> None:
    stands(ctx, jonas, "totp", standing)
    another_app(ctx, jonas, "New phone", Loss.PHONE)
    browser = signed_in(ctx, jonas)
    seen = offered(ctx, browser)
    assert (["New phone"], [standing]) == (
        [one.label for one in seen.taken],
        [one.standing for one in seen.left_out],
    )
    assert ["New phone"] == [app["label"] for app in inside(export_own(ctx, browser, TYPED))["apps"]]


def test_who_has_no_app_that_works_has_nothing_to_take(ctx: Context, jonas: Member) -> None:
    stands(ctx, jonas, "totp", Standing.SUSPENDED)
    refused = refusal(lambda: export_own(ctx, signed_in(ctx, jonas), TYPED))
    assert (Conflict, "no_apps", []) == (type(refused), refused.reason, letters(ctx, "secrets_exported"))


def test_a_temporary_secret_and_backup_codes_are_not_in_the_file(
    ctx: Context, team: Team, jonas: Member
) -> None:
    with_backup_codes(ctx, jonas)
    helped(ctx, signed_in(ctx, team.owner), jonas)
    another_app(ctx, jonas, "", Loss.PHONE)
    parcel = export_own(ctx, signed_in(ctx, jonas), TYPED)
    temporary = recover.view(ctx, signed_in(ctx, team.owner), jonas.id, "page").secret.replace(" ", "")
    assert 1 == len(opened(parcel).uris)
    assert temporary not in opened(parcel).text


def test_ones_own_export_is_on_the_log_and_told_at_every_address(ctx: Context, jonas: Member) -> None:
    jonas = with_address(ctx, jonas, "jonas@bluewin.example")
    export_own(ctx, signed_in(ctx, jonas), TYPED)
    newest = entries(ctx, jonas.account_id)[-1]
    assert ("member:secrets:exported", jonas.id, jonas.id, {"apps": 1}) == (
        newest.tag,
        newest.actor,
        newest.subject,
        newest.data,
    )
    told = letters(ctx, "secrets_exported")
    assert ["jonas.frei@example.com", "jonas@bluewin.example"] == sorted(one.to for one in told)


def test_this_wasnt_me_signs_whoever_took_them_out(ctx: Context, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    export_own(ctx, browser, TYPED)
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx, "secrets_exported")[0].facts["stop_link"])))
    assert again(ctx, browser).session is None
    assert 2 == len(letters(ctx, "letter_doubted_owners"))


def test_less_than_two_fresh_proofs_take_nothing(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    weak, late = signed_in(ctx, jonas, aal2=False), signed_in(ctx, jonas)
    world.advance(SIX_MINUTES)
    for browser in (weak, again(ctx, late)):
        assert [StepUpNeeded, StepUpNeeded] == [
            type(refusal(act))
            for act in (
                lambda browser=browser: export_own(ctx, browser, TYPED),
                lambda browser=browser: offered(ctx, browser),
            )
        ]
    assert [] == tags(ctx, jonas.account_id)[2:]


def test_nobody_is_refused(ctx: Context, team: Team) -> None:
    assert NotSignedIn is type(refusal(lambda: export_own(ctx, SOMEBODY, TYPED)))
    assert NotSignedIn is type(refusal(lambda: export_account(ctx, SOMEBODY, TYPED)))


def test_a_session_that_ended_meanwhile_takes_nothing(ctx: Context, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    unit(ctx, SOMEBODY, ctx.moment(), lambda work: end_all(work, jonas, "signed_out_elsewhere"))
    assert NotSignedIn is type(refusal(lambda: export_own(ctx, browser, TYPED)))
    assert [] == letters(ctx, "secrets_exported")


BAD = [
    (Typed("", ""), "passphrase", "empty"),
    (Typed("too short", "too short"), "passphrase", "too_short"),
    (Typed("x y z " * 30, "x y z " * 30), "passphrase", "too_long"),
    (Typed("password1234", "password1234"), "passphrase", "listed"),
    (Typed("jonas.frei.jonas", "jonas.frei.jonas"), "passphrase", "context_word"),
    (Typed("marble\0under\0ladder", "marble\0under\0ladder"), "passphrase", "name_form"),
    (Typed(WORDS, WORDS + "s"), "passphrase_again", "not_the_same"),
    (Typed(WORDS, ""), "passphrase_again", "not_the_same"),
]


@pytest.mark.parametrize(("typed", "field", "reason"), BAD)
def test_a_passphrase_keeps_the_rules_of_a_password(
    ctx: Context, jonas: Member, typed: Typed, field: str, reason: str
) -> None:
    with pytest.raises(BadInput) as refused:
        export_own(ctx, signed_in(ctx, jonas), typed)
    assert (field, reason) == (refused.value.field, refused.value.reason)
    assert [] == letters(ctx, "secrets_exported")


def test_one_passphrase_typed_on_two_keyboards_is_one(ctx: Context, jonas: Member) -> None:
    typed = Typed("crêpe église forêt", "cre\u0302pe e\u0301glise fore\u0302t")
    parcel = export_own(ctx, signed_in(ctx, jonas), typed)
    assert 1 == len(opened(parcel, typed.again).uris)


def test_an_app_that_has_not_proved_itself_goes_along_in_every_reading(ctx: Context, jonas: Member) -> None:
    """Taken over from another system: its first code tells which reading is the right one."""
    without(ctx, jonas, "totp")
    value = brought_app([(b"k" * 20, "sha256", 6, 30), (b"k" * 20, "sha1", 6, 30)], 0)
    unit(ctx, SOMEBODY, ctx.moment(), lambda work: _ways.add(work, jonas, "totp", value, SET_UP))
    parcel = export_at_console(ctx, account_of(ctx, jonas), TYPED, lambda _: None)
    app = next(one for one in inside(parcel)["people"] if one["username"] == "jonas.frei")["apps"][0]
    assert ([True], [True]) == (
        ["algorithm=SHA256" in app["uri"]],
        ["algorithm=SHA1&" in uri for uri in app["or_uris"]],
    )


# Everybody's


def test_an_owner_takes_everybody(ctx: Context, team: Team, jonas: Member) -> None:
    stands(ctx, team["ivana.admin"], "totp", Standing.SUSPENDED)
    changed(ctx, jonas, status=Status.DEACTIVATED)
    parcel = export_account(ctx, signed_in(ctx, team.owner), TYPED)
    found = inside(parcel)
    by_name = {one["username"]: one for one in found["people"]}
    assert {name: 0 if name == "ivana.admin" else 1 for name in team.people} == {
        name: len(one["apps"]) for name, one in by_name.items()
    }
    lacking = {"apps", "name"}
    assert {
        "username": "jonas.frei",
        "email": "jonas.frei@example.com",
        "role": "staff",
        "language": "en",
        "status": "deactivated",
    } == {name: value for name, value in by_name["jonas.frei"].items() if name not in lacking}
    assert ("Team of nora.keller", False) == (found["account"], found["policy"]["reveal_current"])
    assert {secrets_of(ctx, who)[0] for name, who in team.people.items() if name != "ivana.admin"} == {
        uri.partition("secret=")[2].partition("&")[0] for uri in opened(parcel).uris
    }


def test_nothing_of_another_account_is_in_it(ctx: Context, team: Team) -> None:
    other = account(ctx, "other.owner", ["other.staff"])
    text = opened(export_account(ctx, signed_in(ctx, team.owner), TYPED)).text
    strangers = [word for who in other.people.values() for word in (who.username, *secrets_of(ctx, who))]
    assert [] == [word for word in strangers if word in text]


def test_every_owner_is_told_and_it_is_on_the_log(ctx: Context, team: Team) -> None:
    export_account(ctx, signed_in(ctx, team.owner), TYPED)
    newest = entries(ctx, team.account.id)[-1]
    assert ("account:secrets:exported", team.owner.id, {"people": 5, "apps": 5}) == (
        newest.tag,
        newest.actor,
        newest.data,
    )
    assert [
        ("nora.keller@example.com", "Nora Keller"),
        ("second.owner@example.com", "Nora Keller"),
    ] == sorted((one.to, one.facts["by"]) for one in letters(ctx, "account_exported"))


@pytest.mark.parametrize("name", ["ivana.admin", "luca.auditor", "jonas.frei"])
def test_who_is_no_owner_takes_nobody(ctx: Context, team: Team, name: str) -> None:
    refused = refusal(lambda: export_account(ctx, signed_in(ctx, team[name]), TYPED))
    assert (NotAllowed, "role", []) == (type(refused), refused.reason, letters(ctx, "account_exported"))


def test_an_owner_who_is_none_any_more_takes_nobody(ctx: Context, team: Team) -> None:
    """The role as it is when the file is made, not when the page was opened."""
    browser = signed_in(ctx, team.owner)
    changed(ctx, team.owner, role=Role.STAFF)
    assert NotAllowed is type(refusal(lambda: export_account(ctx, browser, TYPED)))
    assert [] == letters(ctx, "account_exported")


def test_an_owner_needs_fresh_proofs(ctx: Context, team: Team, world: FrozenWorld) -> None:
    late = signed_in(ctx, team.owner)
    world.advance(SIX_MINUTES)
    assert StepUpNeeded is type(refusal(lambda: export_account(ctx, again(ctx, late), TYPED)))


def test_the_console_is_on_both_chains_and_told_to_every_owner(ctx: Context, team: Team) -> None:
    told: list[int] = []
    export_at_console(ctx, team.account, TYPED, told.append)
    assert [5] == told
    assert ("server:console:used", {"command": "export account", "account": team.account.id}) == (
        entries(ctx)[-1].tag,
        entries(ctx)[-1].data,
    )
    assert "account:secrets:exported" == tags(ctx, team.account.id)[-1]
    assert 2 == len(letters(ctx, "account_exported"))


# The file


def test_the_file_cannot_be_read_without_the_passphrase(ctx: Context, team: Team) -> None:
    parcel = export_account(ctx, signed_in(ctx, team.owner), TYPED)
    secrets = [secret for who in team.people.values() for secret in secrets_of(ctx, who)]
    assert [] == [word for word in (*secrets, "otpauth", "nora", "example.com") if word in parcel]
    for wrong in ("", WORDS.title(), WORDS[:-1]):
        with pytest.raises(CannotOpen):
            opened(parcel, wrong)


def test_one_flipped_character_and_it_does_not_open(ctx: Context, jonas: Member) -> None:
    parcel = export_own(ctx, signed_in(ctx, jonas), TYPED)
    for place in range(0, len(parcel), len(parcel) // 7):
        flipped = "A" if parcel[place] != "A" else "B"
        with pytest.raises(CannotOpen):
            opened(parcel[:place] + flipped + parcel[place + 1 :])


FOREIGN = [
    b"",
    b"\xff",
    b"[]",
    b"7",
    b"{}",
    b'{"format": "other"}',
    b'{"format": "sparekey export"}',
    b'{"format": "sparekey export", "apps": [7]}',
    b'{"format": "sparekey export", "people": {"apps": []}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", FOREIGN, ids=range(len(FOREIGN)))
def test_what_another_program_put_into_a_parcel_is_no_export(ctx: Context, content: bytes) -> None:
    with pytest.raises(CannotOpen):
        opened(pack(WORDS, content, ctx.moment()))


def test_two_exports_of_the_same_are_not_alike(ctx: Context, jonas: Member) -> None:
    first, second = (export_own(ctx, signed_in(ctx, jonas), TYPED) for _ in range(2))
    assert set() == set(first.split(".")) & set(second.split("."))


def test_passphrase_and_secrets_are_in_no_log_letter_or_row(
    ctx: Context, team: Team, jonas: Member, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = signed_in(ctx, jonas)
    parcel = export_own(ctx, browser, TYPED)
    whole = export_account(ctx, signed_in(ctx, team.owner), TYPED)
    refusal(lambda: export_own(ctx, browser, Typed(WORDS, "another")))
    ways.rename(ctx, browser, offered(ctx, browser).taken[0].id, "Pixel", "phone")
    secrets = {WORDS, *secrets_of(ctx, jonas), parcel[-40:], whole[-40:]}
    told = repr([*entries(ctx), *entries(ctx, jonas.account_id), *letters(ctx)])
    assert set() == {secret for secret in secrets if secret in told + caplog.text + everything(ctx)}
    assert WORDS not in repr(TYPED)
