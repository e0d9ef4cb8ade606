"""Forgetting a person without breaking the chain: old personal values become salted commitments."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

from peph.audit import rows
from peph.audit.changes import ChangeError
from peph.audit.hashing import shape
from peph.audit.history import REDACTED, SALT, declaration
from peph.audit.models import ChangeSet
from peph.audit.running import running

BLOCK = 500


def forget_reasons(numbers: Iterable[int], *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Empty the reasons of these change sets; what stays is their commitment. Returns how many went.

    A reason given before reasons had commitments cannot go: the chain covers it as it is. Raises
    ChangeError outside a change.
    """
    if running(connections[using]) is None:
        raise ChangeError("Redaction is an act like others: it happens inside a change.")
    wanted, done = sorted(set(numbers)), 0
    for start in range(0, len(wanted), BLOCK):
        sets = ChangeSet.objects.using(using).filter(
            number__in=wanted[start : start + BLOCK], reason_salt__isnull=False
        )
        done += sets.update(reason="", reason_salt=None)
    return done


def redact(model: type[models.Model], pk: Any, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Empty every personal field in all history rows of one record; returns how many rows it changed.

    What stays is, for each value, a hash that cannot be guessed back (its salt is gone too) and with
    which the leaf still verifies. All personal fields of a row go at once, since they share the salt. The
    record itself is not touched: erase it first, in the same change, or its present values stay readable
    there; the rows that erasure writes are redacted with the others.

    Raises LookupError for a model that is not tracked, ChangeError outside a change.
    """
    connection = connections[using]
    if running(connection) is None:
        raise ChangeError("Redaction is an act like others: it happens inside a change.")
    tracked = declaration(model)
    if not tracked.personal:
        return 0
    own = shape(tracked)
    at = rows.positions(own)["history_id"]
    columns = [tracked.history_field(name).column for name in sorted(tracked.personal)]
    emptied = ", ".join(f'"{column}" = NULL' for column in columns)
    done = 0
    with connection.cursor() as cursor:
        for row in rows.of_record(connection, tracked, pk):
            if row.redacted is not None:
                continue
            commitments = json.dumps(own.commitments(row.values, row.salt), sort_keys=True)
            cursor.execute(
                f'UPDATE "{tracked.history_table}" SET {emptied}, "{SALT}" = NULL, "{REDACTED}" = %s'
                " WHERE history_id = %s",
                [commitments, row.values[at]],
            )
            done += 1
    return done
