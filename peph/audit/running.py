"""The change a connection is in. A module of its own because triggers and `change()` both read it."""

import uuid
from dataclasses import dataclass
from typing import Any


@dataclass
class Change:
    """One action while it runs, and what the seal made of it."""

    id: uuid.UUID
    actor_id: uuid.UUID
    verb: str
    reason: str
    channel: str
    case_id: uuid.UUID | None
    region_id: uuid.UUID | None
    organization_id: uuid.UUID | None
    request_id: uuid.UUID | None
    role: str | None = None
    number: int | None = None
    hash: bytes | None = None
    rows: int = 0
    is_committed: bool = False

    @property
    def receipt(self) -> str | None:
        """The text "number:hash" once committed; None before, and for a change that wrote nothing."""
        if not self.is_committed or self.number is None or self.hash is None:
            return None
        return f"{self.number}:{self.hash.hex()}"


def running(connection: Any) -> Change | None:
    """The change this connection is in."""
    return getattr(connection, "peph_change", None)


def set_running(connection: Any, change: Change | None) -> None:
    """Say which change this connection is in; None when it ends."""
    connection.peph_change = change
