"""History against the present: the last history row of each record is the record as it stands."""

from typing import Any

from django.db import models

from peph.audit.findings import Problem, Report
from peph.audit.history import REDACTED, Declaration, declarations
from peph.audit.verify_unseen import key_of


def check(connection: Any, report: Report) -> None:
    """Both ways, set based: two statements a model."""
    for declaration in declarations():
        _check_live_rows(connection, report, declaration)
        _check_vanished(connection, report, declaration)


def _difference(
    declaration: Declaration, live: models.Field, copy: models.Field, vendor: str
) -> str:
    now, then = f'l."{live.column}"', f'h."{copy.column}"'
    if vendor == "sqlite":
        differs = f"{now} IS NOT {then}"
    elif getattr(live, "db_collation", None):
        differs = f'{now} COLLATE "C" IS DISTINCT FROM {then} COLLATE "C"'
    else:
        differs = f"{now} IS DISTINCT FROM {then}"
    if not live.null and not live.primary_key:
        # The column is younger than the history row: the migration filled the record, not the history.
        differs = f"({then} IS NOT NULL AND {differs})"
    if copy.attname in declaration.personal:
        # Redacted, it is null in the history whatever the record held; its commitment says it held one.
        commitment = _commitment(declaration.hashed_name(copy), vendor)
        differs = f"(({then} IS NOT NULL OR {commitment} IS NULL) AND {differs})"
    return differs


def _commitment(name: str, vendor: str) -> str:
    if vendor == "sqlite":
        held = f"h.{REDACTED}"
        return (
            f"CASE WHEN typeof({held}) = 'text' AND json_valid({held})"
            f" THEN json_extract({held}, '$.\"{name}\"') END"
        )
    return f"(h.{REDACTED} -> '{name}')"


def _check_live_rows(connection: Any, report: Report, declaration: Declaration) -> None:
    """Records without history, with another last state, or back after they were deleted."""
    pk = declaration.pk.column
    differs = " OR ".join(
        _difference(declaration, live, copy, connection.vendor)
        for live, copy in declaration.columns
    )
    statement = f"""
        SELECT l."{pk}", h.history_id, h.history_type
        FROM "{declaration.table}" l
        LEFT JOIN "{declaration.history_table}" h ON h.history_id = (
            SELECT max(x.history_id) FROM "{declaration.history_table}" x WHERE x."{pk}" = l."{pk}"
        )
        WHERE h.history_id IS NULL OR h.history_type = '-' OR {differs}
        LIMIT 1
    """
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    if found is None:
        return
    key, history_id, kind = found
    if history_id is None:
        message = "the record has no history"
    elif kind == "-":
        message = "the record was deleted, and is there"
    else:
        message = "the record is not as its last change left it"
    _add(report, declaration, message, key, history_id)


def _check_vanished(connection: Any, report: Report, declaration: Declaration) -> None:
    """Records whose last change did not delete them, and that are not there."""
    pk = declaration.pk.column
    statement = f"""
        SELECT h."{pk}", h.history_id
        FROM "{declaration.history_table}" h
        WHERE h.history_type <> '-'
          AND NOT EXISTS (SELECT 1 FROM "{declaration.table}" l WHERE l."{pk}" = h."{pk}")
          AND NOT EXISTS (
            SELECT 1 FROM "{declaration.history_table}" x
            WHERE x."{pk}" = h."{pk}" AND x.history_id > h.history_id
          )
        LIMIT 1
    """
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    if found is not None:
        _add(report, declaration, "the record is gone, and no change deleted it", *found)


def _add(
    report: Report, declaration: Declaration, message: str, key: Any, history_id: int | None
) -> None:
    object_id = key_of(declaration, key)
    report.add(Problem("live", message, None, declaration.label, object_id, history_id))
