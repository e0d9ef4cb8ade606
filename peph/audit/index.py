"""Keeping the index over the history: behind the writers, in batches, by whoever comes first.

A batch is one transaction under the lock of the index's one row of state: two at once take turns, and a
process killed anywhere leaves whole batches. Nothing of it is evidence: it can be built anew at any time.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from peph.audit import index_terms
from peph.audit.index_terms import now_term, place_term
from peph.audit.models import ChangeSet, IndexEntry, IndexState, IndexTerm
from peph.progress import Progress

# Change sets of a batch, and the records of them at most: an import has a hundred thousand.
BATCH, MOST_RECORDS = 500, 20_000
_INSERT = 400
ENTRIES, TERMS = IndexEntry._meta.db_table, IndexTerm._meta.db_table
_SETS, _STATE = ChangeSet._meta.db_table, IndexState._meta.db_table
REBUILT = "audit_index_rebuilt"


def behind() -> int:
    """How many change sets are not in the index yet."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT coalesce(max(number), 0) FROM {_SETS})"
            f" - coalesce((SELECT number FROM {_STATE}), 0)"
        )
        return max(0, cursor.fetchone()[0])


def catch_up(limit: int | None = None, progress: Progress | None = None) -> int:
    """Take up to about `limit` change sets into the index, all by default; answers how many are left.

    Safe to call at any time, by several at once.
    """
    total = left = behind()
    done = 0
    while left and (limit is None or done < limit):
        some = BATCH if limit is None else min(BATCH, limit - done)
        with transaction.atomic():
            after = _locked_state()
            upto = _batch_end(after, some)
            if upto == after:
                break
            _build(connections[DEFAULT_DB_ALIAS], ENTRIES, after, upto)
            IndexState.objects.update(number=upto)
        done += upto - after
        left = behind()
        if progress:
            progress(min(done, total), total)
    return left


def _locked_state() -> int:
    """How far the index goes; nobody else builds until this transaction ends."""
    state = IndexState.objects.select_for_update().first()
    if state is None:
        IndexState.objects.bulk_create([IndexState()], ignore_conflicts=True)
        state = IndexState.objects.select_for_update().get()
    return state.number


def _batch_end(after: int, most: int) -> int:
    """The last number of the next batch: few sets, and few records unless the first has many."""
    upto, records = after, 0
    sets = ChangeSet.objects.filter(number__gt=after).order_by("number")
    for number, rows in sets.values_list("number", "rows")[:most]:
        records += rows
        if upto > after and records > MOST_RECORDS:
            break
        upto = number
    return upto


# ------------------------------------------------------------------ one batch
def _build(connection: Any, table: str, after: int, upto: int) -> None:
    _insert(connection, table, index_terms.entries(connection, after, upto))
    left = index_terms.moves(connection, after, upto)
    about = index_terms.cases_about(connection, after, upto)
    standing = index_terms.standing(connection, {*left, *about})
    for key, places in left.items():
        _forget(connection, table, key, places, upto)
        for place in standing.get(key, ()):
            _stand(connection, table, [key], place, 0, upto)
    by_place: dict[tuple[str, Any], list[Any]] = {}
    for key in about:
        for place in standing.get(key, ()) if key not in left else ():
            by_place.setdefault(place, []).append(key)
    for place, keys in by_place.items():
        for start in range(0, len(keys), _INSERT):
            _stand(connection, table, keys[start : start + _INSERT], place, after, upto)


def _insert(connection: Any, table: str, entries: Iterable[tuple[str, int]]) -> None:
    source = iter(entries)
    while some := set(islice(source, 20 * _INSERT)):
        ids = term_ids({term for term, _number in some}, make=True)
        # In the order of the key: neighbours land on the same pages.
        rows = sorted((ids[term], number) for term, number in some)
        with connection.cursor() as cursor:
            for start in range(0, len(rows), _INSERT):
                part = rows[start : start + _INSERT]
                cursor.execute(
                    f"INSERT INTO {table} (term_id, number) VALUES"
                    f" {', '.join(['(%s, %s)'] * len(part))} ON CONFLICT DO NOTHING",
                    [value for row in part for value in row],
                )


def term_ids(texts: Iterable[str], *, make: bool = False) -> dict[str, int]:
    """Term → its key, of those that exist; `make` creates the others."""
    wanted = set(texts)
    found = dict(IndexTerm.objects.filter(text__in=wanted).values_list("text", "id"))
    if make and (missing := sorted(wanted - found.keys())):
        IndexTerm.objects.bulk_create(
            [IndexTerm(text=text) for text in missing], ignore_conflicts=True
        )
        found |= IndexTerm.objects.filter(text__in=missing).values_list("text", "id")
    return found


def _forget(connection: Any, table: str, case: Any, places: Iterable[Any], upto: int) -> None:
    """The case has left these places: what names them nowhere is no longer theirs."""
    ids = list(term_ids(now_term(place) for place in places).values())
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE term_id IN ({', '.join(['%s'] * len(ids))}) AND number IN"
            f" (SELECT number FROM {_SETS} WHERE case_id = %s AND number <= %s)",
            [*ids, case, upto],
        )


def _stand(
    connection: Any, table: str, cases: list[Any], place: tuple[str, Any], after: int, upto: int
) -> None:
    """The sets about these cases that do not name the place where the cases stand now."""
    term, named = now_term(place[1]), place_term(*place)
    ids = term_ids({term, named}, make=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (term_id, number)"
            f" SELECT CAST(%s AS bigint), s.number FROM {_SETS} s"
            f" WHERE s.case_id IN ({', '.join(['%s'] * len(cases))})"
            " AND s.number > %s AND s.number <= %s"
            f" AND NOT EXISTS (SELECT 1 FROM {table} e"
            " WHERE e.term_id = %s AND e.number = s.number) ON CONFLICT DO NOTHING",
            [ids[term], *cases, after, upto, ids[named]],
        )


# ------------------------------------------------------------------ anew
def rebuild(progress: Progress | None = None) -> int:
    """Compute the index anew and put right what differs; answers how many entries did.

    Lists go on from the old one meanwhile.
    """
    catch_up(progress=None)
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {REBUILT}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {REBUILT}"
            " (term_id bigint NOT NULL, number bigint NOT NULL, PRIMARY KEY (term_id, number))"
        )
    try:
        reached = IndexState.objects.values_list("number", flat=True).first() or 0
        _copy(connection, 0, reached, progress)
        with transaction.atomic():
            # Somebody may have gone on meanwhile; nobody does from here on.
            _copy(connection, reached, _locked_state())
            return _put_right(connection)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {REBUILT}")


def _copy(connection: Any, after: int, upto: int, progress: Progress | None = None) -> None:
    """Build the entries of these sets beside the index, batch by batch."""
    while after < upto:
        end = min(_batch_end(after, BATCH), upto)
        _build(connection, REBUILT, after, end)
        after = end
        if progress:
            progress(after, upto)


def _put_right(connection: Any) -> int:
    differing = 0
    with connection.cursor() as cursor:
        for statement in (
            f"DELETE FROM {ENTRIES} WHERE NOT EXISTS (SELECT 1 FROM {REBUILT} o"
            f" WHERE o.term_id = {ENTRIES}.term_id AND o.number = {ENTRIES}.number)",
            f"INSERT INTO {ENTRIES} (term_id, number) SELECT n.term_id, n.number"
            f" FROM {REBUILT} n WHERE NOT EXISTS (SELECT 1 FROM {ENTRIES} o"
            " WHERE o.term_id = n.term_id AND o.number = n.number)",
        ):
            cursor.execute(statement)
            differing += cursor.rowcount
    return differing
