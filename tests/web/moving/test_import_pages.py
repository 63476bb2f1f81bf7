"""Contacts → Staff → Import people over HTTP: files, what is in them, and the yes."""

from base64 import b32encode
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sparekey.core.people import Language
from sparekey.flows.context import Context
from sparekey.flows.joining.from_elsewhere import MOST_ON_A_PAGE, looking
from sparekey.imports._sentences import SENTENCES
from sparekey.store import people
from tests.flows.moving.table import ALL, ANNA, BEN, HEAD, OLD_PASSWORD, Line, key_of
from tests.flows.steps import token_in
from tests.infra.loops import run
from tests.people import Team, changed, letters
from tests.web.conftest import Browse, Page, Tab, code_from
from tests.web.specimens import renderer
from tests.world import FrozenWorld

FORM = "/contacts/import"
REPORT = f"{FORM}/people"


def table(*lines: Line) -> bytes:
    return "\n".join([HEAD, *map(str, lines)]).encode()


def sends(tab: Tab, *contents: bytes, source: str = "csv", **more: str) -> Page:
    """Choose files and send them."""
    form = tab.get(FORM).form(FORM)
    files = [("files", (f"file{number}.csv", content)) for number, content in enumerate(contents, 1)]
    files = files or [("files", ("", b""))]
    fields = {**form.fields, "source": source, **more}
    answer = tab.client.post(FORM, data=fields, files=files, headers={"origin": "https://id.example"})
    return Page(FORM, answer.status_code, answer.headers, answer.content)


def is_there(ctx: Context, line: Line) -> bool:
    return ctx.db.read(lambda conn: people.by_sign_in_name(conn, line.username)) is not None


def test_what_is_in_the_files_is_shown_before_anything_happens(ctx: Context, nora: Tab) -> None:
    page = nora.follow(sends(nora, table(*ALL)))
    assert (REPORT, False, []) == (page.path, is_there(ctx, ANNA), letters(ctx))
    assert "2 people sign in at once, with what they have already." in page.words
    assert "2 people are invited and choose a password." in page.words
    assert "1 person stays deactivated." in page.words
    assert "The password stays behind: without an app it opens nothing." in page.words
    assert "the first code decides." in page.words
    assert key_of("anna.keller").hex() not in page.text


def test_a_yes_takes_them_over(ctx: Context, nora: Tab) -> None:
    page = nora.follow(sends(nora, table(*ALL)))
    staff = nora.follow(nora.send(page))
    assert "5 people were imported." in staff.words
    assert all(is_there(ctx, line) for line in ALL)


def test_a_second_yes_takes_nobody_over(nora: Tab) -> None:
    page = nora.follow(sends(nora, table(ANNA)))
    nora.send(page)
    again = nora.follow(nora.send(page))
    assert "What was read is not there any more. Choose the files again." in again.words


def test_what_was_read_is_forgotten_after_ten_minutes(ctx: Context, nora: Tab, world: FrozenWorld) -> None:
    nora.follow(sends(nora, table(ANNA)))
    world.advance(timedelta(minutes=4, seconds=59))
    assert 200 == nora.get(REPORT).status
    world.advance(timedelta(minutes=5, seconds=1))
    assert nora.get(REPORT).leads_to.startswith("/me/confirm")


def test_what_was_read_belongs_to_one_session(browse: Browse, crew: Team, nora: Tab) -> None:
    nora.follow(sends(nora, table(ANNA)))
    assert FORM == browse(crew["second.owner"]).get(REPORT).leads_to


@pytest.mark.parametrize(
    ("contents", "source", "sentence"),
    [
        ([], "csv", "Choose the files to import"),
        ([table(ANNA)], "excel", "Choose one of those offered"),
        ([table(ANNA, Line("jonas.frei"))], "csv", "line 3 The username “jonas.frei” is not available"),
        ([table(Line("x", email=""))], "csv", "line 2 The person has no e-mail address"),
        ([table(ANNA) + b"\xe9"], "csv", "The file is not in UTF-8"),
        ([table(ANNA)], "keycloak", "These files cannot be imported. Nothing was changed."),
        ([b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"], "pskc", "XML with a document type or entities"),
    ],
    ids=["none", "source", "taken", "no address", "no text", "another source", "entities"],
)
def test_what_is_wrong_is_said_with_its_place(
    ctx: Context, nora: Tab, contents: Sequence[bytes], source: str, sentence: str
) -> None:
    page = sends(nora, *contents, source=source)
    assert (422, True, False) == (page.status, sentence in page.words, is_there(ctx, ANNA))


def test_a_table_adds_what_the_files_lack(ctx: Context, nora: Tab) -> None:
    form = nora.get(FORM).form(FORM)
    files = [
        (
            "files",
            ("pi.csv", b"ben.ott@company, T1, 3132333435363738393031323334353637383930, totp, 6, 30\n"),
        ),
        ("people", ("people.csv", b"username,name,email\nben.ott@company,Ben Ott,ben@old.example\n")),
    ]
    fields = {**form.fields, "source": "privacyidea"}
    nora.client.post(FORM, data=fields, files=files, headers={"origin": "https://id.example"})
    nora.send(nora.get(REPORT))
    assert ["ben@old.example"] == [one.to for one in letters(ctx, "invitation")]


def test_a_page_takes_so_many_people_at_most(nora: Tab) -> None:
    many = [Line(f"new.{number}", has_app=False) for number in range(MOST_ON_A_PAGE + 1)]
    page = sends(nora, table(*many))
    assert (422, True) == (page.status, "sparekey import take" in page.words)


def test_files_are_read_one_set_at_a_time(nora: Tab) -> None:
    """Each may take a hundred megabytes and a second."""
    with looking.READING:
        page = sends(nora, table(ANNA))
    assert (503, True) == (page.status, "Other files are being read right now." in page.words)
    assert REPORT == nora.follow(sends(nora, table(ANNA))).path


def test_letters_that_an_account_has_sent_already_count(nora: Tab) -> None:
    many = [Line(f"new.{number}", has_app=False) for number in range(MOST_ON_A_PAGE)]
    nora.send(nora.follow(sends(nora, table(*many))))
    page = nora.send(nora.follow(sends(nora, table(ANNA))))
    assert (429, True) == (page.status, "anna.keller" in page.words)


def test_a_name_that_was_taken_meanwhile_refuses_everything(ctx: Context, crew: Team, nora: Tab) -> None:
    page = nora.follow(sends(nora, table(ANNA, BEN)))
    changed(ctx, crew["jonas.frei"], username="ben.ott")
    refused = nora.send(page)
    assert (422, True, False) == (refused.status, "is not available" in refused.words, is_there(ctx, ANNA))


@pytest.mark.parametrize("username", ["ivana.admin", "luca.auditor", "jonas.frei"])
def test_only_owners_see_these_pages(browse: Browse, crew: Team, username: str) -> None:
    tab = browse(crew[username])
    assert [403, 403] == [tab.get(FORM).status, tab.get(REPORT).status]
    assert FORM not in tab.get("/contacts/staff").links


def test_owners_find_them_beside_the_list(nora: Tab) -> None:
    assert FORM in nora.get("/contacts/staff").links


async def _never_read() -> dict[str, object]:
    raise AssertionError("the body was asked for")


def without_a_body(tab: Tab, **headers: str) -> int:
    """The status of a post whose files are never sent."""
    statuses: list[int] = []

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    cookies = "; ".join(f"{name}={value}" for name, value in tab.client.cookies.items())
    given = {"host": "id.example", "cookie": cookies, "content-type": "multipart/form-data; boundary=x"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": FORM,
        "raw_path": FORM.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "https",
        "server": ("id.example", 443),
        "client": ("203.0.113.7", 1),
        "headers": [(name.encode(), value.encode()) for name, value in {**given, **headers}.items()],
    }
    run(tab.client.app(scope, _never_read, send))  # type: ignore[arg-type]
    return statuses[0]


@pytest.mark.parametrize(("username", "status"), [("ivana.admin", 403), ("jonas.frei", 403), (None, 303)])
def test_nobody_else_sends_a_byte(browse: Browse, crew: Team, username: str | None, status: int) -> None:
    tab = browse(crew[username]) if username else browse()
    assert status == without_a_body(tab)


def test_nor_an_owner_who_has_not_confirmed(late: Tab) -> None:
    assert 303 == without_a_body(late)


def test_nor_another_site(nora: Tab) -> None:
    assert 403 == without_a_body(nora, origin="https://evil.example")


def test_a_form_of_another_session_is_refused(nora: Tab) -> None:
    assert 403 == sends(nora, table(ANNA), csrf="0" * 64).status


def test_in_german(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(changed(ctx, crew.owner, language=Language.DE))
    assert "Der Benutzername «jonas.frei» ist nicht verfügbar" in sends(tab, table(Line("jonas.frei"))).words
    page = tab.follow(sends(tab, table(*ALL)))
    assert "2 Personen melden sich sofort an, mit dem, was sie schon haben." in page.words


def test_the_pages_say_of_a_wrong_place_what_the_command_says() -> None:
    words = renderer().environments["en"].get_template("_import_words.html").module
    assert SENTENCES == words.BAD  # type: ignore[attr-defined]


def test_who_brings_an_app_proves_it_in_the_set_up(
    ctx: Context, nora: Tab, browse: Browse, world: FrozenWorld
) -> None:
    nora.send(nora.follow(sends(nora, table(BEN))))
    tab = browse()
    link = f"/setup/{token_in(letters(ctx, 'invitation')[0].facts['link'])}"
    app = tab.follow(tab.fill(tab.follow(tab.fill(link)).path, new_password="seven yellow dogs barking"))
    assert "Keep your authenticator app" in app.words
    wrong = tab.send(app, "/setup/app", code="1")
    codes = tab.follow(tab.send(app, "/setup/app", code=code_from(_base32("ben.ott"), world.now())))
    assert (422, "/setup/codes") == (wrong.status, codes.path)


def test_or_connects_another(ctx: Context, nora: Tab, browse: Browse) -> None:
    nora.send(nora.follow(sends(nora, table(BEN))))
    tab = browse()
    link = f"/setup/{token_in(letters(ctx, 'invitation')[0].facts['link'])}"
    app = tab.follow(tab.fill(tab.follow(tab.fill(link)).path, new_password="seven yellow dogs barking"))
    assert "Scan this QR code" in tab.follow(tab.send(app, "/setup/app/another")).words


def _base32(username: str) -> str:
    return b32encode(key_of(username)).decode()


def test_the_password_of_the_old_system_signs_in(nora: Tab, browse: Browse, world: FrozenWorld) -> None:
    nora.send(nora.follow(sends(nora, table(ANNA))))
    tab = browse()
    second = tab.follow(tab.fill("/sign-in", username="anna.keller", password=OLD_PASSWORD))
    done = tab.send(second, code=code_from(_base32("anna.keller"), world.now()))
    assert (303, "/") == (done.status, done.leads_to)
