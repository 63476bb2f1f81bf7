"""Every expected "no". Anything else that is raised is a bug and becomes a 500 with an incident id.

    SparekeyError
    ├── NotFound            404  not there, or not yours: the two answer alike
    ├── NotAllowed          403  the role does not carry this right
    │   └── StepUpNeeded    403  proofs too old or too weak: doors lead to "Confirm it's you"
    ├── NotSignedIn         401  no session, or one that ended
    │   └── SessionIdle     401  the session sleeps: the password alone wakes it
    ├── WrongProof          403  an answer that proves nothing (before the password: one sentence for everything)
    ├── TooManyTries        429  wait until `until`
    ├── Busy                503  more sign-ins at once than the machine can hash, or files than it reads
    ├── StorageTrouble      503  disk full, database locked or out of reach: nothing was changed
    ├── BadInput            422  a form field that cannot be taken; `field` names it
    │   └── NameTaken       409  "not available", whoever holds it
    ├── LinkUnusable        410  used, expired, replaced or stopped link
    ├── Conflict            409  what is asked for does not fit what is there now
    │   ├── Stale           409  somebody was faster
    │   └── IllegalTransition 409  a recovery case cannot do this in its state
    ├── BadForm             400  a form that did not arrive as it was sent
    ├── TooLarge            413  more than a form may hold
    ├── FormExpired         403  a form of another session, or from another site
    ├── ProtocolRefused     400  an app asked in a way that the protocol does not allow; `error` is its word for that
    └── Unready             500  the server's own set-up is wrong (database, key, settings)

Codes are stable and documented in docs/errors.md; sentences may change. A sentence is safe for anybody to read.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any


class SparekeyError(Exception):
    """An expected refusal with a stable `code`, a status hint for doors and a sentence that is safe to show."""

    code = "refused"
    status_hint = HTTPStatus.BAD_REQUEST
    sentence = "This cannot be done"

    def __init__(self, sentence: str = "", *, reason: str = "", **facts: Any) -> None:
        self.sentence = sentence or type(self).sentence
        self.reason = reason
        """Chooses a more exact sentence in pages; stable like `code`."""
        self.facts: dict[str, Any] = facts
        super().__init__(self.sentence)


class NotFound(SparekeyError):
    code = "not_found"
    status_hint = HTTPStatus.NOT_FOUND
    sentence = "There is nothing here"


class NotAllowed(SparekeyError):
    code = "not_allowed"
    status_hint = HTTPStatus.FORBIDDEN
    sentence = "Your role does not allow this. Ask an account owner"


class StepUpNeeded(NotAllowed):
    code = "step_up_needed"
    sentence = "Confirm it's you first"


class NotSignedIn(SparekeyError):
    code = "not_signed_in"
    status_hint = HTTPStatus.UNAUTHORIZED
    sentence = "Sign in first"


class SessionIdle(NotSignedIn):
    code = "session_idle"
    sentence = "You were away for a while. Enter your password to go on"


class WrongProof(SparekeyError):
    code = "wrong_proof"
    status_hint = HTTPStatus.FORBIDDEN
    sentence = "Check your username and password: this combination is not right"


class TooManyTries(SparekeyError):
    code = "too_many_tries"
    status_hint = HTTPStatus.TOO_MANY_REQUESTS
    sentence = "Too many tries. Wait a while"

    def __init__(self, until: datetime, *, reason: str = "") -> None:
        super().__init__(reason=reason, until=until)
        self.until = until


class Busy(SparekeyError):
    code = "busy"
    status_hint = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = "Many people sign in right now. Try again in a few seconds"


class StorageTrouble(SparekeyError):
    code = "storage_trouble"
    status_hint = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = "The server cannot save anything right now. Nothing was changed; tell whoever runs it"


class BadInput(SparekeyError):
    code = "bad_input"
    status_hint = HTTPStatus.UNPROCESSABLE_ENTITY
    sentence = "Check what you entered"

    def __init__(self, field: str, reason: str, sentence: str = "", **facts: Any) -> None:
        super().__init__(sentence, reason=reason, **facts)
        self.field = field


class NameTaken(BadInput):
    code = "name_taken"
    status_hint = HTTPStatus.CONFLICT
    sentence = "This name is not available"

    def __init__(self, field: str) -> None:
        super().__init__(field, "taken")


class LinkUnusable(SparekeyError):
    code = "link_unusable"
    status_hint = HTTPStatus.GONE
    sentence = "This link has ended"


class Conflict(SparekeyError):
    code = "conflict"
    status_hint = HTTPStatus.CONFLICT
    sentence = "This does not fit what is there now"


class Stale(Conflict):
    code = "stale"
    sentence = "Somebody was faster. Look at the present state and try again"


class IllegalTransition(Conflict):
    code = "illegal_transition"
    sentence = "This request is not in a state that allows it"


class BadForm(SparekeyError):
    code = "bad_form"
    status_hint = HTTPStatus.BAD_REQUEST
    sentence = "This form did not arrive as it was sent. Go back and send it again"


class TooLarge(SparekeyError):
    code = "too_large"
    status_hint = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = "That is too much for one form. Shorten it and send it again"


class FormExpired(SparekeyError):
    code = "form_expired"
    status_hint = HTTPStatus.FORBIDDEN
    sentence = "This form is from another session. Open the page again"


class ProtocolRefused(SparekeyError):
    """A refusal told to a program: `error` is the protocol's code (RFC 6749, sections 4.1.2.1 and 5.2)."""

    code = "protocol_refused"
    sentence = "The app asked in a way that is not allowed"

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(reason=error)
        self.error = error
        self.description = description
        """For whoever builds the app: printing ASCII without quotes and backslashes (RFC 6749, section 4.1.2.1)."""
        self.status_hint = HTTPStatus(status)


class Unready(SparekeyError):
    code = "unready"
    status_hint = HTTPStatus.INTERNAL_SERVER_ERROR
    sentence = "The server is not set up rightly"
