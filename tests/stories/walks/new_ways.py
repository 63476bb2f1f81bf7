"""Walks through codes that are sent, and through an import."""

from collections.abc import Iterator

from playwright.sync_api import FilePayload, Page

from tests.stories.walks.tab import JONAS, NEW_PASSWORD, PASSWORDS, Cast, Seen, Tab


def sent_codes(cast: Cast) -> Iterator[Seen]:
    """Nora allows codes that are sent, Mia sets them up, signs in and confirms with one."""
    nora = cast.signed_in("nora.keller")
    nora.go("/account/policy")
    yield "policy-sms-error", nora.send(sms_codes="yes")
    nora.send(accept_sms_risk="yes", email_codes="yes")
    tab = cast.signed_in("mia.zuercher")
    yield "profile-no-number", tab.go("/me")
    yield "receiver", tab.go("/me/2fa/sms")
    yield "receiver-error", tab.send(number="044 668 18 00")
    yield "receiver-code", tab.send(number="079 123 45 67", accept_risk="yes")
    yield "receiver-code-error", tab.send(sms_code="12")
    yield "profile-number", tab.send(sms_code=cast.outbox.texted(1))
    yield "receiver-change", tab.go("/me/2fa/sms")
    yield "receiver-mail", tab.go("/me/2fa/email-code")
    cast.rest()
    tab.go("/me/confirm?next=/me")
    yield "step-up-sms", tab.press('form[action^="/me/confirm/sms"] button')
    tab = cast.tab()
    tab.go("/sign-in")
    yield "second-step-offers", tab.send(username="mia.zuercher", password=PASSWORDS["mia.zuercher"])
    yield "second-step-sms", tab.press('main a[href^="/sign-in/sms"]')
    tab.send()
    code = cast.outbox.texted(3)
    yield "second-step-sms-sent", tab.go("/sign-in/sms")
    yield "second-step-sms-error", tab.send(sms_code="12")
    tab.send(sms_code=code)
    yield from _helping_by_text(cast)
    yield "staff-profile-number", cast.signed_in("nora.keller").go("/contacts/staff/mia.zuercher")


def _helping_by_text(cast: Cast) -> Iterator[Seen]:
    """Nora has a number too, and confirms with it while she helps."""
    nora = cast.signed_in("nora.keller")
    nora.go("/me/2fa/sms")
    nora.send(number="079 765 43 21", accept_risk="yes")
    nora.send(sms_code=cast.outbox.texted(4))
    cast.rest()
    yield "staff-confirm-text-offered", nora.go(f"{JONAS}/2fa/link")
    yield "staff-confirm-text", nora.press('main button[name="send"]')


def moving(cast: Cast) -> Iterator[Seen]:
    """Nora imports people from another system, and Ben shows that he still has his app."""
    tab = cast.signed_in("nora.keller")
    yield "import", tab.go("/contacts/import")
    yield "import-error", tab.send()
    yield "import-lines", _import(tab, "jonas.frei,,jonas@old.example,,,,", "no one,,,,,,")
    yield "import-report", _import(tab, *BROUGHT)
    yield "import-done", tab.send()
    cast.demo.clock.advance(minutes=1)  # letters of an import go out one after the other
    tab = cast.tab()
    tab.go(cast.mail_to("ben.ott", "/setup/"))
    tab.send()
    yield "setup-app-kept", tab.send(new_password=NEW_PASSWORD)
    yield "setup-app-kept-error", tab.send(code="12")


HASH = "$pbkdf2-sha256$1000$AQIDBAUGBwgJCgsMDQ4PEA$OZisqJloVWQ/xF8cg5vJoGqp86fPH5Ob3F8cZLPh8Zs"
BROUGHT = (
    f"anna.keller,Anna Keller,anna@old.example,yes,{HASH},JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,8",
    "ben.ott,Ben Ott,ben.ott@bergundtal.example,yes,,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,",
    f"cleo.vogt,Cleo Vogt,cleo@old.example,no,{HASH},,",
)


def _import(tab: Tab, *lines: str) -> Page:
    table = "\n".join(["username,name,email,active,password_hash,secret,digits", *lines])
    file: FilePayload = {"name": "people.csv", "mimeType": "text/csv", "buffer": table.encode()}
    tab.page.locator('main [name="files"]').set_input_files(file)
    return tab.send(source="csv")
