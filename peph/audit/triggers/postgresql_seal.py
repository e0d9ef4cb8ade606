"""The function of PostgreSQL that seals a change: digest, lock, number, link, write."""

from typing import Any

from django.db import connections

from peph.audit.hashing import BLOCK, LINK, REASON_SALT, header_names
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.triggers.postgresql import literal_bytes, quoted

# Key of the advisory lock held from numbering a change set to COMMIT.
HEAD_LOCK = 7_310_301
NAME = "peph_seal"
SIGNATURE = (
    f"{NAME}(this_set uuid, header bytea, given jsonb)"
    " RETURNS TABLE(set_number bigint, set_hash bytea, set_rows bigint)"
)


def body(using: str, deferred: list[str]) -> str:
    """The body of the seal. `deferred` are the constraints that wait for COMMIT, but the audit's own.

    They are checked before the head is locked: checked after, at COMMIT, they would ask for locks that
    someone queueing for the head holds (measured: 21 of 32 transactions died of deadlock).
    """
    fields = {field.attname: field for field in ChangeSet._meta.concrete_fields}
    names = [*header_names(), REASON_SALT]
    columns = ", ".join(quoted(fields[name].column) for name in names)
    values = ", ".join(
        f"CAST(given ->> '{name}' AS {fields[name].rel_db_type(connections[using])})"
        for name in names
    )
    constraints = ", ".join(quoted(name) for name in deferred)
    check_now = f"SET CONSTRAINTS {constraints} IMMEDIATE;" if deferred else ""
    table, journal = ChangeSet._meta.db_table, ChangedRow._meta.db_table
    return f"""
DECLARE
  digest bytea := decode(repeat('00', 32), 'hex');
  total bigint := 0;
  block record;
  last_number bigint;
  last_hash bytea;
BEGIN
  FOR block IN
    SELECT string_agg(leaf, ''::bytea ORDER BY place) AS leaves, count(*) AS size
    FROM (
      SELECT leaf, row_number() OVER (ORDER BY id) - 1 AS place
      FROM {journal} WHERE change_set_id = this_set
    ) placed
    GROUP BY place / {BLOCK} ORDER BY place / {BLOCK}
  LOOP
    digest := sha256(digest || block.leaves);
    total := total + block.size;
  END LOOP;
  PERFORM set_config('peph.change_set', '', true);
  IF total = 0 THEN RETURN; END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'audit: change() needs read committed; any other level reads an old head';
  END IF;
  {check_now}
  PERFORM pg_advisory_xact_lock({HEAD_LOCK});
  SELECT number, hash INTO last_number, last_hash FROM {table} ORDER BY number DESC LIMIT 1;
  set_number := coalesce(last_number, 0) + 1;
  set_rows := total;
  last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  set_hash := sha256({literal_bytes(LINK)} || last_hash || int8send(set_number) || header
    || int8send(total) || digest);
  INSERT INTO {table} ({columns}, number, rows, prev, hash)
  VALUES ({values}, set_number, total, last_hash, set_hash);
  RETURN NEXT;
END
"""


def deferred_constraints(cursor: Any) -> list[str]:
    """The constraints checked at COMMIT, without the ones that point to the change sets."""
    cursor.execute(
        "SELECT conname FROM pg_constraint"
        " WHERE condeferred AND connamespace = current_schema()::regnamespace"
        " AND confrelid <> to_regclass(%s) ORDER BY conname",
        [ChangeSet._meta.db_table],
    )
    return [name for (name,) in cursor.fetchall()]
