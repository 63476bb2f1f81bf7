"""Settings ready to copy: filled in, and those of proxies as the docs have them, which tests try."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sparekey.core.clients import Kind
from sparekey.web.pages.clients.snippets import SECRET, Facts, snippets

FACTS = Facts(
    "https://id.example", "cli_1", "https://app.example", "https://app.example/@secret", "wiki.example.com"
)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "apps" / "behind-a-proxy.md"
OF_PROXIES = {"nginx": "nginx", "caddyfile": "caddy", "yaml": "traefik"}
OWN_NAMES = re.compile(r"ssl_certificate|^wiki:|^- wiki$|service: wiki$")
"""What everybody calls otherwise."""


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip() and not OWN_NAMES.search(line.strip())}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_left_to_fill_in(kind: Kind) -> None:
    found = snippets(kind, FACTS)
    assert len({one.code for one in found}) == len(found) > 0
    assert [] == [
        one.code for one in found if re.search(r"@(issuer|id|home|redirect|host|scopes|port)\b", one.text)
    ]


def test_what_an_owner_typed_is_not_filled_in_itself() -> None:
    shown = next(one.text for one in snippets(Kind.SERVER, FACTS) if one.code == "any")
    assert ("https://app.example/@secret" in shown, shown.count(SECRET)) == (True, 1)


def test_no_line_for_a_shell_holds_what_an_owner_typed() -> None:
    shells = [
        one for kind in Kind for one in snippets(kind, FACTS) if "curl " in one.text or "--" in one.text
    ]
    assert {"nextcloud", "forgejo", "curl"} == {one.code for one in shells}
    assert [] == [one.code for one in shells if "app.example" in one.text]


@pytest.mark.parametrize(("language", "code"), OF_PROXIES.items())
def test_a_proxy_is_set_up_as_the_docs_say(language: str, code: str) -> None:
    found = re.search(rf"^```{language}\n(.*?)^```$", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    shown = next(one.text for one in snippets(Kind.PROXY, FACTS) if one.code == code)
    assert found is not None
    assert set() == lines(found[1]) - lines(shown)


def test_a_proxy_on_the_same_machine_asks_where_this_server_listens() -> None:
    texts = [one.text for one in snippets(Kind.PROXY, replace(FACTS, port=8123))]
    assert [True] * len(texts) == ["127.0.0.1:8123" in text and "@port" not in text for text in texts]
