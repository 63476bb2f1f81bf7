"""django-otp: `manage.py dumpdata auth.user otp_totp otp_static` (with another user model in its place)."""

from collections.abc import Iterable, Iterator

from sparekey.imports._dumps import counting_device, left, people, timed_device
from sparekey.imports.found import BadLine, Found, Keys, Remark, Upload

READERS = {
    "otp_totp.totpdevice": timed_device,
    "otp_hotp.hotpdevice": counting_device,
    "otp_static.staticdevice": left(Remark.LEFT_BACKUP_CODES),
    "otp_email.emaildevice": left(Remark.LEFT_OTHERS),
    "otp_webauthn.webauthncredential": left(Remark.LEFT_PASSKEYS),
}


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    return people(uploads, READERS)
