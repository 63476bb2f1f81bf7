"""authentik: `ak dumpdata authentik_core.user authentik_stages_authenticator_totp …`, or a blueprint as JSON.

Its devices come from django-otp: hexadecimal keys, SHA-1. Accounts of services (by their `type`) are left out.
"""

from collections.abc import Iterable, Iterator

from sparekey.imports._dumps import left, people, timed_device
from sparekey.imports.found import BadLine, Found, Keys, Remark, Upload

READERS = {
    "authentik_stages_authenticator_totp.totpdevice": timed_device,
    "authentik_stages_authenticator_static.staticdevice": left(Remark.LEFT_BACKUP_CODES),
    "authentik_stages_authenticator_webauthn.webauthndevice": left(Remark.LEFT_PASSKEYS),
    "authentik_stages_authenticator_duo.duodevice": left(Remark.LEFT_OTHERS),
    "authentik_stages_authenticator_sms.smsdevice": left(Remark.LEFT_OTHERS),
    "authentik_stages_authenticator_email.emaildevice": left(Remark.LEFT_OTHERS),
}


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    return people(uploads, READERS)
