"""A walk past every page there is, with mistakes in every form, in whatever language the browser asks for.

Fields are found by their names and buttons by their place, so that one walk serves both languages. Each page is
handed out where it stands: whoever looks at it leaves it as it is, because many pages are shown only once.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.serving import Server
from tests.stories.app import App
from tests.stories.devices import INTERNAL, Device
from tests.stories.walks.apps import devices, to_apps
from tests.stories.walks.new_ways import moving, sent_codes
from tests.stories.walks.owners_apps import no_apps_yet, owners_apps
from tests.stories.walks.tab import JONAS, NEW_PASSWORD, PASSWORDS, REASON, TRIES_OF_A_SOURCE, Cast, Seen, Tab


def outside(cast: Cast) -> Iterator[Seen]:
    """What anybody sees."""
    tab = cast.tab()
    yield "sign-in", tab.go("/sign-in")
    yield "sign-in-empty", tab.send()
    yield "sign-in-error", tab.send(username="jonas.frei", password="wrong password")
    yield "recover", tab.go("/recover")
    yield "forgot-password", tab.go("/forgot-password")
    yield "forgot-password-error", tab.send()
    yield "forgot-password-sent", tab.send(username="mia.zuercher")
    yield "404", tab.go("/nowhere")
    yield "link-expired", tab.go("/setup/" + "0" * 64)
    yield "signed-out", tab.go("/signed-out")
    tab.go("/forgot-password")
    tab.page.evaluate("document.querySelector('main [name=csrf]').value = 'forged'")
    yield "form-expired", tab.send(username="mia.zuercher")
    yield from second_step(cast)
    yield from new_password(cast)
    yield "demo-outbox", tab.go("/demo/outbox")
    yield "demo-mail", tab.press("#mails ~ * a, section:last-of-type li a")


def second_step(cast: Cast) -> Iterator[Seen]:
    tab = cast.tab()
    tab.go("/sign-in")
    yield "second-step", tab.send(username="mia.zuercher", password=PASSWORDS["mia.zuercher"])
    for _ in range(3):
        tab.send(code="000000")
    yield "second-step-error", tab.page
    tab.send(code="000000")
    tab.send(code="000000")
    yield "second-step-wait", tab.send(code="000000")
    yield "second-step-backup", tab.go("/sign-in/backup-code")
    yield "second-step-backup-error", tab.send(backup_code="ABCD")
    cast.rest()


def new_password(cast: Cast) -> Iterator[Seen]:
    tab = cast.tab()
    tab.go(cast.mail_to("mia.zuercher", "/forgot-password/"))
    yield "forgot-password-new", tab.page
    yield "forgot-password-new-error", tab.send(new_password="short", code="12")


def setting_up(cast: Cast) -> Iterator[Seen]:
    """Lea's first day: an invitation, three steps, done."""
    nora = cast.signed_in("nora.keller")
    yield "staff-profile-invited", nora.go("/contacts/staff/lea.hofstetter")
    nora.press('form[action$="/invite"] button')
    tab = cast.tab()
    yield "setup-link", tab.go(cast.mail_to("lea.hofstetter", "/setup/"))
    yield "setup-password", tab.send()
    yield "setup-password-error", tab.send(new_password="short")
    yield "setup-app", tab.send(new_password=NEW_PASSWORD)
    yield "setup-app-error", tab.send(code="12")
    code = cast.outbox.code_of("lea.hofstetter", of_new_secret=True)
    yield "setup-codes", tab.send(code=code)
    saved = tab.page.locator("#codes li").first.inner_text()
    yield "setup-codes-error", tab.send(backup_code="ABCD")
    yield "backup-sheet", _sheet(tab)
    yield "setup-done", tab.send(backup_code=saved)


def _sheet(tab: Tab) -> Page:
    """It opens in a tab of its own."""
    with tab.page.context.expect_page() as opened:
        tab.page.locator('form[action$="/sheet"] button').first.click()
    opened.value.wait_for_load_state()
    return opened.value


def inside(cast: Cast) -> Iterator[Seen]:
    """What Nora sees, the account owner, and what she does to Jonas' profile before he needs help."""
    tab = cast.signed_in("nora.keller")
    yield "home", tab.go("/")
    yield "help", tab.go("/help/lost-second-factor")
    yield "staff", tab.go("/contacts/staff")
    yield "staff-none", tab.go("/contacts/staff?q=nobody+at+all")
    yield "staff-profile", tab.go(JONAS)
    yield "staff-edit", tab.go(f"{JONAS}/edit")
    yield "staff-edit-error", tab.send(name="", username="jonas@frei", email="jonas")
    yield "staff-add", tab.go("/contacts/staff/new")
    yield "staff-add-error", tab.send(username="jonas.frei")
    yield "staff-deactivate", tab.go(f"{JONAS}/deactivate")
    yield "staff-delete", tab.go(f"{JONAS}/delete")
    yield "staff-delete-error", tab.send(confirm="jonas")
    yield "handover", tab.go("/account/hand-over?to=jonas.frei")
    yield "handover-error", tab.send(confirm="jonas")
    yield "staff-reset", tab.go(f"{JONAS}/2fa/reset")
    yield "staff-reset-error", tab.send()
    yield from account(tab)
    yield from owners_apps(tab)
    cast.rest()
    yield "step-up", tab.go("/me/password")
    yield "step-up-error", tab.send(password="", code="12")


def account(tab: Tab) -> Iterator[Seen]:
    yield "policy", tab.go("/account/policy")
    yield "policy-error", tab.send(reveal="current")
    yield "export-account", tab.go("/account/export")
    yield "export-account-error", tab.send(passphrase="short")
    yield "audit", tab.go("/account/audit")
    yield "audit-none", tab.go("/account/audit?person=nobody")
    yield "audit-error", tab.go("/account/audit?from=soon")
    tab.go("/account/audit")
    yield "audit-verified", tab.press('form[action$="/verify"] button')
    other = Tab(tab.page.context.new_page(), tab.go("/account/policy").url.removesuffix("/account/policy"))
    other.go("/account/policy")
    other.send(reveal="links_only")
    yield "409", tab.send(remember_days="7")
    tab.go("/account/policy")
    yield "policy-saved", tab.send(reveal="temporary")
    other.page.close()


def own_profile(cast: Cast) -> Iterator[Seen]:
    """What everybody has, here Mia, who may do nothing else."""
    cast.signed_in("mia.zuercher")
    tab = cast.signed_in("mia.zuercher")
    yield "home-staff", tab.go("/")
    yield "403", tab.go("/account/policy")
    yield "profile", tab.go("/me")
    yield "own-apps", tab.go("/me/apps")
    yield "devices-end", tab.go("/me/sessions/end-others")
    yield "change-password", tab.go("/me/password")
    yield "change-password-error", tab.send(current_password="wrong", new_password="short")
    yield "export-own", tab.go("/me/export")
    yield "export-own-error", tab.send(passphrase="short")
    yield "app-new", tab.go("/me/2fa/app")
    yield "app-new-error", tab.send(code="12", thing="tablet")
    code = cast.outbox.code_of("mia.zuercher", of_new_secret=True)
    yield "profile-two-apps", tab.send(code=code, label="Galaxy Tab", thing="tablet")
    cast.demo.clock.advance(seconds=30)
    yield "which-app", tab.go("/me/2fa/secret")
    yield "secret-change", tab.press('a[href$="/secret"]')
    yield "secret-change-error", tab.send(code="12")
    code = cast.outbox.code_of("mia.zuercher", of_new_secret=True)
    yield "secret-done", tab.send(code=code)
    yield from review(cast, tab)
    yield "backup-codes", tab.go("/me/2fa/codes")
    yield "backup-codes-error", tab.send(backup_code="ABCD")
    yield from passkey(tab)
    yield from addresses(cast, tab)
    cast.demo.clock.advance(hours=2)
    yield "reopen", tab.go("/me")
    yield "reopen-error", tab.send(password="wrong")


def review(cast: Cast, tab: Tab) -> Iterator[Seen]:
    """The tablet is lost, and of the rest nobody is sure."""
    yield "review", tab.go("/me/review")
    yield "review-error", tab.send()
    ways = [one.get_attribute("id") or "" for one in tab.page.locator("main fieldset").all()]
    said = dict.fromkeys(ways, "unsure")
    tablet = tab.page.locator("main fieldset", has_text="Galaxy Tab").get_attribute("id") or ""
    yield "review-next", tab.send(**{**said, tablet: "lost"})
    codes = tab.page.locator("main li", has_text="10").locator("a").first
    yield "review-use-codes", tab.go(codes.get_attribute("href") or "")
    yield "review-use-codes-error", tab.send(backup_code="ABCD")
    tab.go("/me/review/next")
    yield "review-use-app", tab.press('main li a[href^="/me/review/aut_"]')


def passkey(tab: Tab) -> Iterator[Seen]:
    """One is added; its pages, and those that ask for one."""
    Device(tab.page, INTERNAL)
    yield "passkey-new", tab.go("/me/2fa/passkey")
    yield "way", tab.press("[data-passkey]")
    yield "way-error", tab.send(label="x" * 61)
    path = urlsplit(tab.page.url).path
    yield "way-remove", tab.go(f"{path}/remove")
    yield "profile-passkey", tab.go("/me")
    yield "step-up-passkey", tab.go("/me/confirm?next=/me")


def addresses(cast: Cast, tab: Tab) -> Iterator[Seen]:
    """Another one is added, confirmed in its mailbox, and asked about."""
    tab.go("/me/confirm?next=/me")
    cast.confirm(tab, "mia.zuercher")
    yield "address-new", tab.go("/me/addresses/new")
    yield "address-new-error", tab.send(email="mia@")
    yield "address", tab.send(email="mia@posteo.example")
    path = urlsplit(tab.page.url).path
    yield "profile-addresses", tab.go("/me")
    link = cast.outbox.link_to("mia@posteo.example", "/confirm-address/")
    yield "address-confirm", tab.go(link)
    yield "address-confirmed", tab.send()
    yield "address-gone", tab.go(link)
    yield "review-addresses", tab.go("/me/review")
    yield "address-remove", tab.go(f"{path}/remove")
    nora = cast.signed_in("nora.keller")
    yield "staff-profile-private-address", nora.go("/contacts/staff/mia.zuercher")
    yield "staff-address", nora.press("main a[href$='/remove']")
    yield "staff-address-taken-out", nora.send()


def helping(cast: Cast) -> Iterator[Seen]:
    """Nora lets Jonas back in, in each way; at last he comes, and somebody asks whether that was him."""
    tab = cast.signed_in("nora.keller")
    cast.rest()
    for then in ("download", "email", "show"):
        yield f"staff-confirm-{then}", tab.go(f"{JONAS}/2fa/reveal?then={then}")
    yield "staff-confirm-error", tab.send()
    yield "staff-revealed", cast.confirm(tab, **REASON)
    yield "secret-sheet", tab.go(f"{JONAS}/2fa/secret/sheet")
    yield "staff-profile-helped", tab.go(JONAS)
    tab.go(f"{JONAS}/2fa/reveal?then=email")
    yield "staff-sent", tab.send()
    cast.rest()
    yield "staff-confirm-link", tab.go(f"{JONAS}/2fa/link")
    yield "staff-link-sent", cast.confirm(tab, **REASON)
    stop = cast.mail_to("jonas.frei", "/not-me/")
    jonas = cast.tab()
    yield "not-me", jonas.go(stop)
    yield "setup-link-lost", jonas.go(cast.mail_to("jonas.frei", "/setup/"))
    yield "setup-link-lost-error", jonas.send(password="wrong")
    yield "renew-password", jonas.send(password=PASSWORDS["jonas.frei"])
    yield from forced_change(cast, jonas)
    cast.rest()
    back = cast.tab()
    back.go("/sign-in")
    back.send(username="jonas.frei", password=NEW_PASSWORD)
    back.send(code=cast.outbox.code_of("jonas.frei"))
    yield "export-own-held", back.go("/me/export")
    yield "not-me-late", jonas.go(stop)
    yield "not-me-warned", jonas.send()


def forced_change(cast: Cast, jonas: Tab) -> Iterator[Seen]:
    yield "renew-password-error", jonas.send(new_password="short")
    yield "renew-secret", jonas.send(new_password=NEW_PASSWORD)
    yield "renew-verify", jonas.press("main a.go")
    yield "renew-verify-error", jonas.send(code="12")
    yield "renew-done", jonas.send(code=cast.outbox.code_of("jonas.frei", of_new_secret=True))
    saved = jonas.page.locator("#codes li").first.inner_text()
    yield "renew-done-error", jonas.send(backup_code="ABCD")
    yield "renew-done-proved", jonas.send(backup_code=saved)


def stopping(cast: Cast) -> Iterator[Seen]:
    """Somebody else's hand-over, stopped by the person."""
    tab = cast.signed_in("nora.keller")
    tab.go("/contacts/staff/samuel.braendli/2fa/link")
    tab.send(**REASON)
    other = cast.tab()
    other.go(cast.mail_to("samuel.braendli", "/not-me/"))
    yield "not-me-done", other.send()


def new_server(tab: Tab, server: Server, app: App) -> Iterator[Seen]:
    """Pages that the demo has no use for: the first run, sign-up, being alone, and a server that says no."""
    yield "first-link", tab.go(server.first_link())
    yield "first-owner", tab.send()
    yield "first-owner-error", tab.send(username="nora@keller", new_password="short")
    who = {"account_name": "Berg & Tal AG", "name": "Nora Keller", "username": "nora.keller"}
    tab.send(**who, email="nora.keller@bergundtal.example", new_password=NEW_PASSWORD)
    app.scan(tab.page.screenshot(full_page=True))
    tab.send(code=app.code())
    yield "codes-later", tab.press('button[formaction$="/later"]')
    yield "home-without-mail", tab.go("/")
    yield "staff-empty", tab.go("/contacts/staff")
    yield from no_apps_yet(tab)
    tab.page.context.clear_cookies(name="sparekey")
    yield "sign-up", tab.go("/sign-up")
    yield "sign-up-error", tab.send(email="nobody")
    yield "sign-up-sent", tab.go("/sign-up/sent")
    yield "421", tab.go(f"http://127.0.0.1:{server.port}/sign-in")
    tab.go("/forgot-password")
    form: dict[str, str | float | bool] = {
        "csrf": tab.page.locator("main [name=csrf]").input_value(),
        "username": "nobody",
    }
    for _ in range(TRIES_OF_A_SOURCE):
        tab.page.request.post(tab.page.url, form=form)
    yield "429", tab.send(username="nobody")


WALKS = {
    "outside": outside,
    "setting up": setting_up,
    "inside": inside,
    "own profile": own_profile,
    "helping": helping,
    "stopping": stopping,
    "moving": moving,
    "sent codes": sent_codes,
    "to apps": to_apps,
    "devices": devices,
}
