"""Forms with files are read strictly, whole, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from sparekey.errors import BadForm, TooLarge
from sparekey.web.uploads import LARGEST_UPLOAD, File, Sent, read_parts, read_upload
from tests.infra.loops import run as run_loop

EDGE = b"----Browser7MA4YWxk"
FIELD = b'Content-Disposition: form-data; name="source"'
FILE = b'Content-Disposition: form-data; name="files"; filename="%s"\r\nContent-Type: text/csv'


def body(*parts: bytes, edge: bytes = EDGE) -> bytes:
    return b"".join(b"--" + edge + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + edge + b"--\r\n"


def file(name: bytes, content: bytes) -> bytes:
    return FILE % name + b"\r\n\r\n" + content


def test_fields_and_files_come_out_as_they_were_sent() -> None:
    sent = read_parts(body(FIELD + b"\r\n\r\ncsv", file(b"a.csv", b"x,\r\n--y\r\n"), file(b"b", b"")), EDGE)
    assert (
        Sent({"source": "csv"}, (File("files", "a.csv", b"x,\r\n--y\r\n"), File("files", "b", b""))) == sent
    )


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_content_is_taken_for_an_end(contents: list[bytes]) -> None:
    sent = read_parts(body(*(file(b"f", content) for content in contents)), EDGE) if contents else None
    assert contents == ([one.content for one in sent.files] if sent else [])


@given(st.binary(max_size=400))
def test_whatever_comes_is_a_form_or_refused(raw: bytes) -> None:
    try:
        read_parts(b"--" + EDGE + raw, EDGE)
    except BadForm:
        return


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"C:\\fakepath\\realm.json", "realm.json"),
        (b"../../etc/passwd", "passwd"),
        (b"%22quoted%22.csv", '"quoted".csv'),
        ("Grüsse\u202e.csv".encode(), "Grüsse.csv"),
        (b"x" * 500, "x" * 200),
    ],
)
def test_of_a_file_s_name_the_last_part_is_shown(name: bytes, shown: str) -> None:
    assert [shown] == [one.name for one in read_parts(body(file(name, b"x")), EDGE).files]


def test_a_field_that_was_left_empty_is_no_file() -> None:
    assert () == read_parts(body(file(b"", b"")), EDGE).files


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"before" + body(FIELD + b"\r\n\r\ncsv"),
        body(FIELD + b"\r\n\r\ncsv")[:-6],
        body(FIELD + b"\r\n\r\ncsv") + b"after",
        body(FIELD),
        body(b"\r\n\r\nno head"),
        body(b"Content-Type: text/plain\r\n\r\nno name"),
        body(FIELD + b"\r\n" + FIELD + b"\r\n\r\ntwo names"),
        body(FIELD + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nY3N2"),
        body(b'Content-Disposition: form-data; name="\xff"\r\n\r\nno text'),
        body(FIELD + b"\r\n\r\n\xff"),
        body(FIELD + b"\r\n\r\na\0b"),
        body(FIELD + b"\r\n\r\n" + b"x" * 2001),
        body(*([FIELD + b"\r\n\r\ncsv"] * 61)),
    ],
    ids=range(14),
)
def test_anything_else_refuses_the_whole_form(raw: bytes) -> None:
    with pytest.raises(BadForm):
        read_parts(raw, EDGE)


async def read(kind: str, *chunks: bytes, is_cut: bool = False) -> Sent:
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
    ]
    last: dict[str, object] = {"type": "http.disconnect"} if is_cut else {"type": "http.request", "body": b""}
    waiting = iter([*messages, last])

    async def receive() -> dict[str, object]:
        return next(waiting)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    return await read_upload(Request(scope, receive))


KIND = f"multipart/form-data; boundary={EDGE.decode()}"


def run(kind: str, *chunks: bytes, is_cut: bool = False) -> Sent:
    return run_loop(read(kind, *chunks, is_cut=is_cut))


@pytest.mark.parametrize("kind", [KIND, f'Multipart/Form-Data; boundary="{EDGE.decode()}"'])
def test_a_body_may_come_in_pieces(kind: str) -> None:
    raw = body(FIELD + b"\r\n\r\ncsv")
    assert {"source": "csv"} == run(kind, raw[:9], raw[9:]).fields


@pytest.mark.parametrize(
    "kind",
    ["", "multipart/form-data", "application/x-www-form-urlencoded", KIND + "\t" + "x" * 80, KIND + "ü"],
    ids=range(5),
)
def test_another_kind_of_form_is_none(kind: str) -> None:
    with pytest.raises(BadForm):
        run(kind, body(FIELD + b"\r\n\r\ncsv"))


def test_a_browser_that_goes_away_has_sent_nothing() -> None:
    with pytest.raises(BadForm):
        run(KIND, b"--", is_cut=True)


def test_more_than_a_form_may_hold_is_not_read_to_its_end() -> None:
    with pytest.raises(TooLarge):
        run(KIND, b"x" * LARGEST_UPLOAD, b"x", b"never read")
