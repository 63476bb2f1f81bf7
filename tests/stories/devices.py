"""Authenticators that Chromium makes up: they answer at once, as long as they are there."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

INTERNAL = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SYNCED = {**INTERNAL, "defaultBackupEligibility": True, "defaultBackupState": True}
"""As password managers make them."""
ROAMING = {
    **INTERNAL,
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": False,
    "isUserVerified": False,
}


class Device:
    """What somebody can hold to the browser of this page."""

    def __init__(self, page: Page, options: Mapping[str, Any]) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})
        made = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": dict(options)})
        self._id = made["authenticatorId"]

    def is_taken_away(self) -> None:
        self._cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
