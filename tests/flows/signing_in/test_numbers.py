"""Numbers and mailboxes for codes: allowed by the account, set up beside something else, changed, removed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer, Loss
from sparekey.core.losses import Safety
from sparekey.core.people import Member, Policy, Role
from sparekey.core.sign_in import Standing
from sparekey.errors import BadInput, NotAllowed, StepUpNeeded, TooManyTries
from sparekey.flows import _ways
from sparekey.flows import team as team_flows
from sparekey.flows.context import Context
from sparekey.flows.own import sent_codes, ways
from sparekey.flows.own.sent_codes import ReceiverShown, Wanted
from sparekey.flows.reports import profile_of_me
from sparekey.flows.team.details import Details
from sparekey.flows.team.policy import NewPolicy, change_policy
from tests.flows.signing_in.texting import (
    ALLOWED,
    NUMBER,
    OTHER_NUMBER,
    adds_mailbox,
    adds_number,
    allowing,
    code_sent,
    texting,
)
from tests.flows.steps import at_once, refusal, standings
from tests.people import (
    Browser,
    Team,
    account,
    again,
    changed,
    entries,
    letters,
    reloaded,
    signed_in,
    stands,
    tags,
    with_backup_codes,
    without,
)
from tests.world import FrozenWorld

SMS, MAIL = Answer.SMS_CODE, Answer.EMAIL_CODE
TICKED = Wanted(NUMBER, accepts_risk=True)


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return texting(ctx)


@pytest.fixture
def team(ctx: Context) -> Team:
    return allowing(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def browser(ctx: Context, jonas: Member) -> Browser:
    return signed_in(ctx, jonas)


def begins(ctx: Context, browser: Browser, wanted: Wanted = TICKED) -> str:
    sent_codes.begin(ctx, browser, SMS, wanted)
    return code_sent(ctx)


def addresses(ctx: Context, who: Member, kind: str = "sms") -> list[str]:
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    return [_ways.material(ctx, one.kept).address for one in had if one.kept.kind == kind]


def test_a_number_counts_once_its_code_was_entered(ctx: Context, jonas: Member, browser: Browser) -> None:
    code = begins(ctx, browser)
    assert [] == addresses(ctx, jonas)
    assert "••67" == sent_codes.finish(ctx, browser, SMS, code)
    assert ["+41791234567"] == addresses(ctx, jonas)


def test_what_is_written_down_of_a_number(ctx: Context, jonas: Member, browser: Browser) -> None:
    adds_number(ctx, browser)
    told = letters(ctx, "code_receiver_added")
    assert [("••67", "sms_code", jonas.email)] == [(o.facts["goes_to"], o.facts["way"], o.to) for o in told]
    found = tags(ctx, jonas.account_id)[-3:]
    assert [
        "member:second_factor:code_asked",
        "member:authenticator:enrolled",
        "member:authenticator:risk_accepted",
    ] == found
    assert not [one for one in entries(ctx, jonas.account_id) if "791234567" in repr(one)]


def test_it_lives_on_the_phone_and_makes_nobody_safer_there(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    adds_number(ctx, browser)
    profile = profile_of_me(ctx, browser)
    assert [Loss.PHONE] == [one.thing for one in profile.ways if one.answer is SMS]
    assert (Safety.ONE_LOSS, Loss.PHONE) == (profile.state, profile.last_way)


def test_codes_by_mail_make_nobody_safer_at_all(ctx: Context, jonas: Member, browser: Browser) -> None:
    adds_mailbox(ctx, browser)
    profile = profile_of_me(ctx, browser)
    assert (Safety.ONE_LOSS, True) == (profile.state, MAIL in {one.answer for one in profile.ways})


def test_another_number_takes_its_place_once_it_was_proved(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    adds_number(ctx, browser)
    code = begins(ctx, browser, Wanted(OTHER_NUMBER, accepts_risk=True))
    assert ["+41791234567"] == addresses(ctx, jonas)
    sent_codes.finish(ctx, browser, SMS, code)
    told = letters(ctx, "code_receiver_changed")[-1].facts
    assert (["+41797654321"], "••67", "••21") == (addresses(ctx, jonas), told["before"], told["goes_to"])
    assert "replaced" == entries(ctx, jonas.account_id)[-3].data["reason"]


@pytest.mark.parametrize(
    ("wanted", "field", "reason"),
    [
        (Wanted(NUMBER), "accept_risk", "notice_not_accepted"),
        (Wanted("044 668 18 00", accepts_risk=True), "number", "number_not_mobile"),
        (Wanted("0900 123 456", accepts_risk=True), "number", "number_not_mobile"),
        (Wanted("", accepts_risk=True), "number", "empty"),
    ],
)
def test_what_is_refused_before_a_code_is_sent(
    ctx: Context, browser: Browser, wanted: Wanted, field: str, reason: str
) -> None:
    refused = refusal(lambda: sent_codes.begin(ctx, browser, SMS, wanted))
    assert isinstance(refused, BadInput)
    assert (field, reason, []) == (refused.field, refused.reason, letters(ctx, "text:code"))


def test_the_same_number_is_not_sent_to_twice(
    ctx: Context, browser: Browser, jonas: Member, world: FrozenWorld
) -> None:
    adds_number(ctx, browser)
    assert "number_same" == refusal(lambda: begins(ctx, browser)).reason
    world.advance(timedelta(seconds=1))
    stands(ctx, jonas, "sms", Standing.DISABLED)
    assert "••67" == adds_number(ctx, browser)
    assert Standing.ACTIVE is standings(ctx, jonas)["sms"]


def test_a_server_s_countries_hold(ctx: Context, browser: Browser) -> None:
    assert ctx.texts is not None
    at_home = replace(ctx, texts=replace(ctx.texts, countries=("DE",)))
    assert "number_country" == refusal(lambda: begins(at_home, browser)).reason


def test_a_number_is_never_the_only_second_factor(ctx: Context, browser: Browser, jonas: Member) -> None:
    with_backup_codes(ctx, jonas)
    without(ctx, jonas, "totp")
    assert ReceiverShown("", "needs_another") == sent_codes.receiver(ctx, browser, SMS)
    assert "needs_another" == refusal(lambda: begins(ctx, browser)).reason


def test_nor_does_it_become_the_only_one(ctx: Context, browser: Browser, jonas: Member) -> None:
    adds_number(ctx, browser)
    app = next(one.id for one in profile_of_me(ctx, browser).ways if one.answer is Answer.CODE)
    assert not ways.one_way(ctx, browser, app).can_be_removed
    assert "last_way" == refusal(lambda: ways.remove(ctx, browser, app)).reason


def test_what_it_stood_beside_may_be_gone_when_the_code_comes(
    ctx: Context, browser: Browser, jonas: Member
) -> None:
    code = begins(ctx, browser)
    without(ctx, jonas, "totp")
    assert "needs_another" == refusal(lambda: sent_codes.finish(ctx, browser, SMS, code)).reason
    assert [] == addresses(ctx, jonas)


def test_the_policy_may_forbid_it_before_the_code_comes(ctx: Context, team: Team, browser: Browser) -> None:
    code = begins(ctx, browser)
    allows(ctx, team, Policy())
    assert isinstance(refusal(lambda: sent_codes.finish(ctx, browser, SMS, code)), NotAllowed)
    assert "not_allowed_here" == refusal(lambda: begins(ctx, again(ctx, browser))).reason


def test_a_number_is_removed(ctx: Context, browser: Browser, jonas: Member) -> None:
    adds_number(ctx, browser)
    adds_mailbox(ctx, browser)
    for way in [one for one in profile_of_me(ctx, browser).ways if one.answer in {SMS, MAIL}]:
        assert ways.one_way(ctx, browser, way.id).can_be_removed
        ways.remove(ctx, browser, way.id)
    assert ([], []) == (addresses(ctx, jonas), addresses(ctx, jonas, "email_code"))
    assert {"sms_code", "email_code"} == {one.facts["way"] for one in letters(ctx, "way_removed")}


def test_a_number_has_no_other_name_or_place(ctx: Context, browser: Browser) -> None:
    adds_number(ctx, browser)
    way = next(one.id for one in profile_of_me(ctx, browser).ways if one.answer is SMS)
    assert "not_found" == refusal(lambda: ways.rename(ctx, browser, way, "mine", "key")).code


def test_wrong_codes_bind_nothing_and_the_sixth_needs_a_new_code(
    ctx: Context, browser: Browser, jonas: Member
) -> None:
    code = begins(ctx, browser)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert "wrong" == refusal(lambda: sent_codes.finish(ctx, browser, SMS, wrong)).reason
    assert "expired" == refusal(lambda: sent_codes.finish(ctx, browser, SMS, code)).reason
    assert [] == addresses(ctx, jonas)


def test_a_mistyped_code_does_not_lengthen_its_life(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    code = begins(ctx, browser)
    world.advance(timedelta(minutes=4))
    refusal(lambda: sent_codes.finish(ctx, browser, SMS, "000000" if code != "000000" else "000001"))
    world.advance(timedelta(minutes=7))
    fresh = signed_in(ctx, reloaded(ctx, browser.member)) if browser.member else browser
    assert "expired" == refusal(lambda: sent_codes.finish(ctx, fresh, SMS, code)).reason


def test_the_code_of_another_session_binds_nothing(ctx: Context, browser: Browser, jonas: Member) -> None:
    code = begins(ctx, browser)
    elsewhere = signed_in(ctx, jonas)
    assert "expired" == refusal(lambda: sent_codes.finish(ctx, elsewhere, SMS, code)).reason


def test_two_posts_of_the_right_code_bind_one_number(ctx: Context, browser: Browser, jonas: Member) -> None:
    code = begins(ctx, browser)
    found = at_once(4, lambda _: sent_codes.finish(ctx, browser, SMS, code))
    assert (1, 1) == (found.count("••67"), len(addresses(ctx, jonas)))


def test_setting_up_asks_for_fresh_proofs(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    code = begins(ctx, browser)
    world.advance(timedelta(minutes=6))
    for act in (lambda: begins(ctx, browser), lambda: sent_codes.finish(ctx, browser, SMS, code)):
        assert isinstance(refusal(act), StepUpNeeded)


def test_new_numbers_of_one_person_are_five_an_hour(ctx: Context, browser: Browser) -> None:
    for last in range(5):
        begins(ctx, browser, Wanted(f"+4179123450{last}", accepts_risk=True))
    refused = refusal(lambda: begins(ctx, browser, Wanted("+41791234509", accepts_risk=True)))
    assert (TooManyTries, "codes") == (type(refused), refused.reason)


def test_new_numbers_of_one_account_are_twenty_an_hour(ctx: Context) -> None:
    names = [f"staff.{number}" for number in range(21)]
    team = allowing(ctx, staff=names)
    for number, name in enumerate(names[:20]):
        begins(ctx, signed_in(ctx, team[name]), Wanted(f"+417912345{number:02}", accepts_risk=True))
    last = signed_in(ctx, team[names[20]])
    refused = refusal(lambda: begins(ctx, last, Wanted("+41791234599", accepts_risk=True)))
    assert "codes" == refused.reason


# Codes by e-mail


def test_codes_by_mail_go_to_the_work_address(ctx: Context, browser: Browser, jonas: Member) -> None:
    assert "j•••@example.com" == adds_mailbox(ctx, browser)
    assert [jonas.email] == addresses(ctx, jonas, "email_code")


def test_a_fresh_address_gets_no_codes(ctx: Context, browser: Browser, jonas: Member) -> None:
    changed(ctx, jonas, email_changed_at=ctx.moment().at)
    assert "no_receiver" == refusal(lambda: sent_codes.begin(ctx, again(ctx, browser), MAIL, Wanted())).reason


def test_whoever_changes_an_address_gets_no_codes_there(
    ctx: Context, team: Team, browser: Browser, jonas: Member
) -> None:
    adds_mailbox(ctx, browser)
    details = Details(jonas.name, jonas.username, "jonas@elsewhere.example")
    team_flows.edit_member(ctx, signed_in(ctx, team.owner), jonas.username, details, jonas.version)
    assert [] == addresses(ctx, jonas, "email_code")


# The policy


def allows(ctx: Context, team: Team, policy: Policy, **ticked: bool) -> None:
    owner = signed_in(ctx, team.owner)
    version = owner.account.version if owner.account else 0
    change_policy(ctx, owner, NewPolicy(policy, version, **ticked))


def test_text_messages_are_off_until_an_owner_accepts_their_risk(ctx: Context) -> None:
    team = account(ctx)
    browser = signed_in(ctx, team["jonas.frei"])
    assert ReceiverShown("", "not_allowed_here") == sent_codes.receiver(ctx, browser, SMS)
    refused = refusal(lambda: allows(ctx, team, ALLOWED))
    assert ("accept_sms_risk", "risk_not_accepted") == (getattr(refused, "field", ""), refused.reason)
    allows(ctx, team, ALLOWED, accepts_sms_risk=True)
    accepted = [one for one in entries(ctx, team.account.id) if one.tag == "account:policy:risk_accepted"]
    assert [(team.owner.id, {"part": "sms_codes"})] == [(one.actor, one.data) for one in accepted]
    assert ["sms_codes,email_codes"] == [one.facts["change"] for one in letters(ctx, "policy_changed")]
    assert ReceiverShown("", "") == sent_codes.receiver(ctx, again(ctx, browser), SMS)


def test_what_was_accepted_is_not_asked_again(ctx: Context, team: Team) -> None:
    allows(ctx, team, replace(ALLOWED, remember_days=7))
    assert "account:policy:risk_accepted" not in tags(ctx, team.account.id)


@pytest.mark.parametrize("policy", [Policy(sms_codes=True), Policy(email_codes=True)])
def test_nothing_is_allowed_that_this_server_cannot_send(ctx: Context, policy: Policy) -> None:
    silent = replace(ctx, texts=None, mail=None)
    team = account(silent)
    refused = refusal(lambda: allows(silent, team, policy, accepts_sms_risk=True))
    assert "no_gateway" == refused.reason
    allowed = allowing(silent, owner="mia.keller", staff=["tom.baur"])
    found = sent_codes.receiver(silent, signed_in(silent, allowed["tom.baur"]), SMS)
    assert ReceiverShown("", "no_gateway") == found


def test_forbidding_removes_what_people_have_and_tells_them(ctx: Context) -> None:
    team = allowing(ctx, staff=["jonas.frei", "mia.keller", "tom.baur"])
    other = allowing(ctx, owner="olga.roth", staff=["rolf.meier"])
    for who, last in ((team["jonas.frei"], 1), (team["mia.keller"], 2), (other["rolf.meier"], 3)):
        adds_number(ctx, signed_in(ctx, who), f"+4179123450{last}")
    adds_mailbox(ctx, signed_in(ctx, team["jonas.frei"]))
    allows(ctx, team, Policy(email_codes=True))
    found = [addresses(ctx, who) for who in (*team.people.values(), *other.people.values())]
    assert [[], [], [], [], [], ["+41791234503"]] == found
    told = {one.to for one in letters(ctx, "way_not_allowed")}
    assert {team["jonas.frei"].email, team["mia.keller"].email} == told
    assert 1 == len(addresses(ctx, team["jonas.frei"], "email_code"))


def test_administrators_read_the_policy_and_change_nothing(ctx: Context) -> None:
    team = account(ctx, others={"ivana.admin": Role.ADMIN})
    ivana = signed_in(ctx, team["ivana.admin"])
    new = NewPolicy(ALLOWED, team.account.version, accepts_sms_risk=True)
    assert isinstance(refusal(lambda: change_policy(ctx, ivana, new)), NotAllowed)
