"""What was typed before *Confirm it's you* came in between.

A form may be read without a fresh confirmation; sending it asks for one. The door keeps what was typed, and the
form comes back filled in, with a note that nothing is saved yet.
"""

from sparekey.web.visit import Visit


def kept_form(visit: Visit) -> dict[str, str]:
    """The form as just sent, else as it was before a confirmation, else nothing."""
    if visit.resumed and not visit.form:
        visit.flash = {"code": "not_saved_yet", "facts": {}}
    return visit.form or visit.resumed
