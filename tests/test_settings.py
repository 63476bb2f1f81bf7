"""Settings: where they come from, and that every mistake is told at once, in a sentence, with no secret."""

from pathlib import Path
from typing import Any

import pytest

from sparekey.errors import Unready
from sparekey.settings import Settings, load

SECRET = "canary-8f1d"
SIX_HOSTS = ", ".join(f"https://{name}.example" for name in "abcdef")


def read(
    environment: dict[str, str] | None = None, toml: str | None = None, folder: Path | None = None
) -> Settings:
    """Settings from these two places and no other."""
    file = None
    if folder is not None and toml is not None:
        file = folder / "sparekey.toml"
        file.write_text(toml)
    return load(file, environment or {})


def problems(
    environment: dict[str, str] | None = None, toml: str = "", folder: Path | None = None
) -> list[str]:
    with pytest.raises(Unready) as refusal:
        read(environment, toml if folder else None, folder)
    told: Any = refusal.value.facts["problems"]
    return list(told)


def test_without_any_setting_a_server_runs_for_this_machine_alone() -> None:
    settings = read()
    assert ("127.0.0.1", "http://localhost:8000") == (settings.server.host, settings.base_url)


def test_the_environment_goes_before_the_file_and_that_before_the_default(tmp_path: Path) -> None:
    toml = "[server]\nport = 1\nhost = 'localhost'"
    settings = read({"SPAREKEY_SERVER_PORT": "2"}, toml, tmp_path)
    assert (2, "localhost", "info") == (settings.server.port, settings.server.host, settings.logs.level)


def test_a_file_can_be_named_by_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[server]\nport = 9")
    assert 9 == read({"SPAREKEY_CONFIG": str(file)}).server.port


def test_a_secret_file_gives_the_value_without_its_last_line_break(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef\n")
    assert "0123456789abcdef" == read({"SPAREKEY_METRICS_TOKEN_FILE": str(file)}).metrics.token


def test_an_empty_variable_sets_nothing() -> None:
    names = ("MAIL_HOST", "MAIL_HOST_FILE", "SERVER_PORT", "SERVER_TRUSTED_PROXIES", "KEY_VALUE")
    assert read() == read({f"SPAREKEY_{name}": "" for name in names})


def test_a_list_in_the_environment_is_separated_by_commas() -> None:
    settings = read({"SPAREKEY_SERVER_TRUSTED_PROXIES": "10.1.2.3/8, ::1"})
    assert ("10.0.0.0/8", "::1/128") == settings.server.trusted_proxies


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    toml = f"""
        colour = "blue"
        [server]
        port = 99999
        base_url = "http://id.example.com"
        [database]
        url = "mysql://root:{SECRET}@db/sparekey"
        [databse]
        url = "x"
        [logs]
        level = "loud"
        [password_hash]
        memory_mib = 12
    """
    environment = {
        "SPAREKEY_MAIL_PROT": SECRET,
        "SPAREKEY_KEY_VALUE": SECRET,
        "SPAREKEY_KEY_VALUE_FILE": "somewhere",
        "SPAREKEY_MAIL_PASSWORD_FILE": str(tmp_path / "missing"),
    }
    told = problems(environment, toml, tmp_path)
    wanted = [
        "SPAREKEY_KEY_VALUE and SPAREKEY_KEY_VALUE_FILE are both set",
        "SPAREKEY_MAIL_PASSWORD_FILE names the file",
        "SPAREKEY_MAIL_PROT is not a setting (did you mean SPAREKEY_MAIL_PORT?)",
        "server.base_url (SPAREKEY_SERVER_BASE_URL) 'http://id.example.com' must begin with https://",
        "server.port (SPAREKEY_SERVER_PORT) 99999 must be less than or equal to 65535. Example: 8080",
        "database.url (SPAREKEY_DATABASE_URL) must be",
        "logs.level (SPAREKEY_LOGS_LEVEL) 'loud' must be 'debug', 'info', 'warning' or 'error'",
        "colour is not a setting",
        "databse is not a setting (did you mean database?)",
        "password_hash: 12 MiB with 2 passes",
    ]
    assert [] == [start for start in wanted if not any(each.startswith(start) for each in told)]
    assert (len(wanted), False) == (len(told), SECRET in "".join(told))


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SPAREKEY_SERVER_HOST": "192.168.1.5"}, "server.base_url"),
        ({"SPAREKEY_MAIL_HOST": "smtp.example.com"}, "mail.sender"),
        ({"SPAREKEY_MAIL_SENDER": "id@example.com"}, "mail.host"),
        (
            {
                "SPAREKEY_MAIL_HOST": "smtp.example.com",
                "SPAREKEY_MAIL_SENDER": "id@example.com",
                "SPAREKEY_MAIL_SECURITY": "none",
            },
            "mail.security",
        ),
        (
            {
                "SPAREKEY_MAIL_HOST": "smtp.example.com",
                "SPAREKEY_MAIL_SENDER": "id@example.com",
                "SPAREKEY_MAIL_PASSWORD": SECRET,
            },
            "mail.username",
        ),
        ({"SPAREKEY_KEY_FILE": "key", "SPAREKEY_KEY_VALUE": SECRET}, "key.file"),
        ({"SPAREKEY_MAIL_SENDER": "Id <id@example.com>", "SPAREKEY_MAIL_HOST": "h"}, "mail.sender"),
        ({"SPAREKEY_MAIL_SENDER": "id@example", "SPAREKEY_MAIL_HOST": "h"}, "mail.sender"),
        ({"SPAREKEY_MAIL_SENDER": "i;d@example.com", "SPAREKEY_MAIL_HOST": "h"}, "mail.sender"),
        ({"SPAREKEY_SERVER_TIME_ZONE": "Europe/Zurch"}, "server.time_zone"),
        ({"SPAREKEY_SERVER_TIME_ZONE": "../../etc/passwd"}, "server.time_zone"),
        ({"SPAREKEY_SERVER_TRUSTED_PROXIES": "proxy"}, "server.trusted_proxies"),
        ({"SPAREKEY_PASSKEYS_DOMAIN": "https://id.example.com"}, "passkeys.domain"),
        ({"SPAREKEY_PASSKEYS_RELATED_ORIGINS": "login.example.org"}, "passkeys.related_origins"),
        ({"SPAREKEY_PASSKEYS_RELATED_ORIGINS": SIX_HOSTS}, "passkeys.related_origins"),
        ({"SPAREKEY_METRICS_LISTEN": "9464"}, "metrics.listen"),
        ({"SPAREKEY_METRICS_LISTEN": "localhost:99999"}, "metrics.listen"),
        ({"SPAREKEY_METRICS_TOKEN": "short"}, "metrics.token"),
        ({"SPAREKEY_DATABASE_URL": "sqlite://"}, "database.url"),
        ({"SPAREKEY_DATABASE_URL": "sqlite:///:memory:"}, "database.url"),
        ({"SPAREKEY_DATABASE_URL": "postgresql://db.example.com"}, "database.url"),
        ({"SPAREKEY_DATABASE_URL": "postgresql://db.example.com:many/id"}, "database.url"),
        ({"SPAREKEY_SERVER_PORT": "0"}, "server.port"),
        ({"SPAREKEY_SERVER_SIGN_UP_IS_OPEN": "perhaps"}, "server.sign_up_is_open"),
        ({"SPAREKEY_CLOCK": "2030"}, "SPAREKEY_CLOCK"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_told(environment: dict[str, str], sentence: str) -> None:
    told = problems(environment)
    assert ([True], False) == ([each.startswith(sentence) for each in told], SECRET in "".join(told))


@pytest.mark.parametrize("toml", ["= x", "[server]\nport = 1\nport = 2", f"[mail]\npassword = {SECRET}"])
def test_a_file_that_is_not_toml_is_refused_without_repeating_it(tmp_path: Path, toml: str) -> None:
    told = problems({}, toml, tmp_path)
    assert ([True], False) == (["is not TOML" in each for each in told], SECRET in "".join(told))


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unready, match="cannot be read: No such file"):
        load(Path("/nowhere/sparekey.toml"), {})


def test_a_section_that_is_a_value_is_refused(tmp_path: Path) -> None:
    assert ["mail is a section: write [mail] and its settings below it"] == problems({}, "mail = 3", tmp_path)


def test_what_kubernetes_adds_is_not_meant_for_us() -> None:
    added = {
        "SPAREKEY_SERVICE_HOST": "10.0.0.1",
        "SPAREKEY_PORT": "tcp://10.0.0.1:80",
        "SPAREKEY_PORT_80_TCP": "",
    }
    assert read() == read(added)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://id.example.com", "https://id.example.com"),
        ("https://ID.Example.com/", "https://id.example.com"),
        ("https://id.example.com:443", "https://id.example.com"),
        ("https://id.example.com:8443", "https://id.example.com:8443"),
        ("https://zürich.example", "https://xn--zrich-kva.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_base_address_is_written_as_browsers_do(written: str, meant: str) -> None:
    assert meant == read({"SPAREKEY_SERVER_BASE_URL": written}).base_url


@pytest.mark.parametrize(
    "written",
    [
        "id.example.com",
        "http://id.example.com",
        "http://127.0.0.1.example.com",
        "https://",
        "https://id.example.com/path",
        "https://id.example.com?x=1",
        "https://id.example.com#x",
        "https://user@id.example.com",
        "https://id.example.com:port",
        "ftp://id.example.com",
        "javascript:alert(1)",
    ],
)
def test_no_other_base_address_is_taken(written: str) -> None:
    assert 1 == len(problems({"SPAREKEY_SERVER_BASE_URL": written}))


@pytest.mark.parametrize(
    ("memory", "passes", "is_enough"),
    [
        (19, 2, True),
        (18, 2, False),
        (46, 1, True),
        (45, 1, False),
        (12, 3, True),
        (12, 2, False),
        (64, 3, True),
    ],
)
def test_a_password_hash_costs_no_less_than_the_floor(memory: int, passes: int, is_enough: bool) -> None:
    environment = {
        "SPAREKEY_PASSWORD_HASH_MEMORY_MIB": str(memory),
        "SPAREKEY_PASSWORD_HASH_PASSES": str(passes),
    }
    if is_enough:
        assert memory == read(environment).password_hash.memory_mib
    else:
        assert ["password_hash"] == [each.partition(":")[0] for each in problems(environment)]


def test_no_secret_shows_when_settings_are_printed() -> None:
    settings = read(
        {
            "SPAREKEY_KEY_VALUE": SECRET,
            "SPAREKEY_KEY_OLDER": SECRET,
            "SPAREKEY_DATABASE_URL": f"postgresql://a:{SECRET}@b/c",
            "SPAREKEY_METRICS_TOKEN": SECRET + SECRET,
            "SPAREKEY_MAIL_HOST": "smtp.example.com",
            "SPAREKEY_MAIL_SENDER": "id@example.com",
            "SPAREKEY_MAIL_USERNAME": "id",
            "SPAREKEY_MAIL_PASSWORD": SECRET,
        }
    )
    assert SECRET not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://id:canary@db.example:5433/team?sslmode=require", "postgresql://db.example:5433/team"),
        (
            "postgresql+psycopg:///team?host=/run/postgresql&password=canary",
            "postgresql:///run/postgresql/team",
        ),
        ("postgresql:///team?host=a.example&host=b.example", "postgresql://a.example,b.example/team"),
        ("sqlite:////srv/team.sqlite3", "sqlite:////srv/team.sqlite3"),
    ],
)
def test_a_database_is_named_by_where_it_is_and_nothing_else(url: str, name: str) -> None:
    assert name == read({"SPAREKEY_DATABASE_URL": url}).database_name


@pytest.mark.parametrize("password", ["my@canary", "my@canary/dog"])
def test_a_password_that_reaches_into_the_host_is_refused_without_being_said(password: str) -> None:
    """Errors of the driver would repeat what stands where a host belongs."""
    (said,) = problems({"SPAREKEY_DATABASE_URL": f"postgresql://id:{password}@db.example/team"})
    assert (True, False) == ("written as %40" in said, "canary" in said)
