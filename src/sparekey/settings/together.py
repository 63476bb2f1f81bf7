"""Settings that are each right and do not fit together."""

from collections.abc import Iterator

from sparekey.settings._base import is_loopback
from sparekey.settings.fields import Settings

_FLOORS = ((46, 1), (19, 2), (12, 3))
"""MiB and passes that cost an attacker the same (OWASP Password Storage Cheat Sheet, argon2id)."""


def contradictions(settings: Settings) -> Iterator[str]:
    """One sentence for each."""
    server, cost, key = settings.server, settings.password_hash, settings.key
    if server.base_url is None and not is_loopback(server.host):
        yield (
            f"server.base_url (SPAREKEY_SERVER_BASE_URL) is missing: others can reach {server.host}, and"
            " links in e-mails must lead there. Example: https://id.example.com"
        )
    if not any(cost.memory_mib >= memory and cost.passes >= passes for memory, passes in _FLOORS):
        yield (
            f"password_hash: {cost.memory_mib} MiB with {cost.passes} passes is too cheap to guess against."
            " Use at least 19 MiB with 2 passes, 46 MiB with 1 or 12 MiB with 3"
        )
    if key.file and key.value:
        yield "key.file (SPAREKEY_KEY_FILE) and key.value (SPAREKEY_KEY_VALUE) are both set: keep one of them"
    yield from _of_mail(settings)
    if wrong := settings.sms.what_is_wrong():
        yield wrong


def _of_mail(settings: Settings) -> Iterator[str]:
    mail = settings.mail
    if mail.host is None:
        given = sorted(mail.model_fields_set - {"host"})
        if given:
            yield (
                f"mail.host (SPAREKEY_MAIL_HOST) is missing beside mail.{given[0]}. Example: smtp.example.com"
            )
        return
    if mail.sender is None:
        yield "mail.sender (SPAREKEY_MAIL_SENDER) is missing: e-mails need it. Example: sparekey@example.com"
    if mail.security == "none" and not is_loopback(mail.host):
        yield (
            f"mail.security (SPAREKEY_MAIL_SECURITY) 'none' would send e-mails to {mail.host} unencrypted."
            " Example: starttls"
        )
    if mail.password and not mail.username:
        yield "mail.username (SPAREKEY_MAIL_USERNAME) is missing beside mail.password. Example: sparekey"
