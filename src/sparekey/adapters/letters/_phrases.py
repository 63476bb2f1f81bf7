"""Sentences that letters of several subjects share, so that the same thing is always said in the same words."""

REPORT_EN = (
    "Then someone is in your account. Report it here, without signing in; your owners are told at once:"
)
REPORT_DE = (
    "Dann ist jemand in Ihrem Konto. Melden Sie es hier, ohne Anmeldung; die Inhaberrolle erfährt es sofort:"
)
