"""Mailed links speak the language of the person they were sent to, like the letter that brought them.

The browser keeps to it for as long as it is open, so that the pages after the link, up to the sign-in, go on in the
same language. A language that was chosen in this browser wins, and so does that of whoever signs in there.
"""

from collections.abc import Callable

from starlette.responses import Response

from sparekey.core.people import Language
from sparekey.core.sessions import Scope
from sparekey.web.cookies import LINK_LANGUAGE
from sparekey.web.visit import Visit


def in_language_of(visit: Visit, language: Language | None, draw: Callable[[], Response]) -> Response:
    """Draw a link's page for its person; None: it was made for nobody in particular."""
    if language is None or visit.has_chosen_language:
        return draw()
    visit.language = language.value
    response = draw()
    session = visit.visitor.session
    if session is None or session.scope is not Scope.FULL:  # somebody signed in only looks
        visit.desk.cookies.put(response, LINK_LANGUAGE, visit.language, None)
    return response
