"""The words of every mail, as data: one entry a kind, in English and German."""

from collections.abc import Mapping

from sparekey.adapters.letters import (
    account,
    addresses,
    apps,
    codes,
    moving,
    owners,
    people,
    recovery,
    reviewing,
    setting_up,
    sign_in,
)
from sparekey.adapters.letters._shape import Kind

KINDS: Mapping[str, Kind] = {
    **setting_up.KINDS,
    **recovery.KINDS,
    **sign_in.KINDS,
    **codes.KINDS,
    **people.KINDS,
    **addresses.KINDS,
    **owners.KINDS,
    **account.KINDS,
    **apps.KINDS,
    **moving.KINDS,
    **reviewing.KINDS,
}
