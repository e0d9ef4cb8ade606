"""What is known of the request being answered: channel, id, whether it may write, receipts it earned."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Context:
    """One request, or one command when nothing else is said.

    `at_start` is called once, first in the transaction of the first change.
    """

    channel: str = "command"
    request_id: uuid.UUID | None = None
    is_safe: bool = False
    at_start: Callable[[], None] | None = None
    receipts: list[str] = field(default_factory=list)


_context: ContextVar[Context | None] = ContextVar("peph_audit_context", default=None)


def current() -> Context:
    """The running context; outside a request, a fresh one of the channel "command"."""
    return _context.get() or Context()


@contextmanager
def entered(context: Context) -> Iterator[Context]:
    """Make `context` the running one; the one before comes back whatever happens."""
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)
