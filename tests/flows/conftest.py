"""Whom flow tests are about, unless they say otherwise, and what they count."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from sparekey.core.people import Role
from sparekey.flows.context import Context
from tests.people import Browser, Team, account, signed_in


@pytest.fixture
def crew(ctx: Context) -> Team:
    """Two owners and a staff member."""
    return account(ctx, others={"second.owner": Role.OWNER})


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew.owner)


@contextmanager
def statements(ctx: Context) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile, without those that begin and end a transaction."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(ctx.db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(ctx.db.engine, "before_cursor_execute", note)
