"""`change()`, the only way to write tracked data: it says who acts and why, and seals what was written."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.utils import timezone
from uuid_utils import compat

from peph.audit import context, roles
from peph.audit.models.change_sets import Channel
from peph.audit.running import Change, running, set_running
from peph.audit.seal import seal_postgresql, seal_sqlite, tell_postgresql
from peph.scopes import Bearer

# The actor of jobs, of reference data, and of people who are not signed in.
SYSTEM = uuid.UUID("00000000-0000-7000-8000-000000000001")


class ChangeError(RuntimeError):
    """`change()` was used in a way that would leave the history without an actor or a seal."""


def _actor_id(by: Any) -> uuid.UUID:
    # Whoever acts by a link has no account: the channel and the link's own row say who it was.
    if by == SYSTEM or isinstance(by, Bearer):
        return SYSTEM
    if isinstance(by, get_user_model()) and isinstance(by.pk, uuid.UUID):
        return by.pk
    raise ChangeError(f"A change needs a person or SYSTEM as its actor, not {by!r}.")


def _id(record: Any) -> uuid.UUID | None:
    if isinstance(record, models.Model):
        record = record.pk
    if record is None or isinstance(record, uuid.UUID):
        return record
    return uuid.UUID(str(record))


@contextmanager
def change(
    *,
    by: Any,
    verb: str,
    reason: str = "",
    case: Any = None,
    region: Any = None,
    organization: Any = None,
    channel: str | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[Change]:
    """Open the transaction in which tracked data may be written; seal it as its last statements.

    `by` is a user or SYSTEM; case, region and organization are records or keys. A case given as a record
    lends its region and organisation where these are not given. A nested change joins the outer one as a
    savepoint and must have the same actor. Nothing written means no change set.

    Raises ChangeError for a missing or second actor, an empty verb, a request that may only read (GET,
    HEAD, OPTIONS), or something written at the administration site without a reason; RuntimeError inside
    a transaction that no change opened.
    """
    actor_id = _actor_id(by)
    if not verb:
        raise ChangeError("A change needs a verb.")
    request = context.current()
    if request.is_safe:
        raise ChangeError(f"{verb}: a request that only reads may not write.")
    connection = connections[using]
    if (outer := running(connection)) is not None:
        if outer.actor_id != actor_id:
            raise ChangeError(f"{verb}: another actor is in the middle of {outer.verb}.")
        with transaction.atomic(using=using):
            yield outer
        return
    done = Change(
        id=compat.uuid7(),
        actor_id=actor_id,
        verb=verb,
        # PostgreSQL holds no NUL in a text; both engines must keep the same words.
        reason=str(reason or "").replace("\x00", ""),
        channel=channel or request.channel,
        case_id=_id(case),
        region_id=_id(region) or _id(getattr(case, "region_id", None)),
        organization_id=_id(organization) or _id(getattr(case, "organization_id", None)),
        request_id=request.request_id,
        role=roles.role_of(by),
    )
    try:
        with transaction.atomic(using=using, durable=True):
            _begin(connection, done)
            if (first := request.at_start) is not None:
                request.at_start = None
                first()
            yield done
            _seal(connection, done)
            if done.rows and done.channel == Channel.ADMIN and not done.reason:
                raise ChangeError(
                    f"{verb}: the administration site writes nothing without a reason."
                )
            # Before COMMIT: what runs on_commit is no longer part of this change.
            set_running(connection, None)
    finally:
        set_running(connection, None)
    _reopen(connection)
    done.is_committed = True
    if done.receipt:
        request.receipts.append(done.receipt)


def _begin(connection: Any, done: Change) -> None:
    set_running(connection, done)
    if connection.vendor == "postgresql":
        tell_postgresql(connection, done)


def _seal(connection: Any, done: Change) -> None:
    seal = seal_postgresql if connection.vendor == "postgresql" else seal_sqlite
    seal(connection, done, timezone.now())


def _reopen(connection: Any) -> None:
    """Inside a test's own transaction the seal is not the end: let the foreign keys wait again."""
    if connection.in_atomic_block and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
