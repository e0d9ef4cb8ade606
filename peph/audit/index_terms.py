"""What stands in the index: the terms of change sets, found set-wise from the journal and the versions.

    kind:<label>            a record of that kind was created, changed or deleted
    field:<label>.<field>   an update really changed that field; a creation counts for its kind only
    region:<hex>            the set or a record of it names that region; organization:<hex> likewise
    now:<hex>               the set names it nowhere, but the case it is about stands there now

The last one follows a case that moves: whoever watches a place reads the whole life of the cases there.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models

from peph.audit.history import Declaration, declarations
from peph.audit.models import ChangedRow, ChangeSet

PLACES = ("region", "organization")
_FETCH = 2000
_SETS, _ROWS = ChangeSet._meta.db_table, ChangedRow._meta.db_table
_BATCH = (
    f"{_SETS} s JOIN {_ROWS} r ON r.change_set_id = s.id WHERE s.number > %s AND s.number <= %s"
)

Entries = Iterator[tuple[str, int]]


def kind_term(label: str) -> str:
    """The term of a kind of record, by the label of its declaration."""
    return f"kind:{label}"


def field_term(label: str, field: str) -> str:
    """The term of a field that an update changed."""
    return f"field:{label}.{field}"


def place_term(place: str, key: Any) -> str:
    """The term of what names a region or an organisation."""
    return f"{place}:{_hex(key)}"


def now_term(key: Any) -> str:
    """The term of what is about a case that stands there now."""
    return f"now:{_hex(key)}"


def _hex(key: Any) -> str:
    return key.hex if hasattr(key, "hex") else str(key).replace("-", "")


def indexed_fields(declaration: Declaration) -> list[models.Field]:
    """The fields of a kind that can be asked for."""
    return [live for live, _copy in declaration.told]


# ------------------------------------------------------------------ a batch of change sets
def entries(connection: Any, after: int, upto: int) -> Entries:
    """Term and number for each set of the batch, `now:` apart; one may come several times."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT s.number, r.model, r.region_id, r.organization_id FROM {_BATCH}",
            [after, upto],
        )
        for number, model, *places in _fetched(cursor):
            yield kind_term(model), number
            yield from _places(number, places)
        cursor.execute(
            f"SELECT number, region_id, organization_id FROM {_SETS}"
            " WHERE number > %s AND number <= %s",
            [after, upto],
        )
        for number, *places in _fetched(cursor):
            yield from _places(number, places)
    for declaration in changed_kinds(connection, after, upto):
        yield from _changed_fields(connection, declaration, after, upto)


def _places(number: int, keys: Iterable[Any]) -> Entries:
    for place, key in zip(PLACES, keys, strict=True):
        if key:
            yield place_term(place, key), number


def changed_kinds(connection: Any, after: int, upto: int) -> list[Declaration]:
    """The kinds of which the batch changes a record. One that is no longer tracked is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT r.model FROM {_BATCH} AND r.type = '~'",
            [after, upto],
        )
        labels = {label for (label,) in cursor.fetchall()}
    return [each for each in declarations() if each.label in labels]


def _changed_fields(connection: Any, declaration: Declaration, after: int, upto: int) -> Entries:
    fields = indexed_fields(declaration)
    terms = [field_term(declaration.label, field.name) for field in fields]
    columns = dict(declaration.columns)
    flags = ", ".join(_differs(connection.vendor, columns[field]) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT s.number, {flags} FROM {_versions(declaration)}",
            [after, upto, declaration.label],
        )
        for number, *changed in _fetched(cursor):
            for term, is_changed in zip(terms, changed, strict=True):
                if is_changed:
                    yield term, number


def _versions(declaration: Declaration) -> str:
    """Each update of the batch: its version h, and b, the version before."""
    history, pk = declaration.history_table, declaration.pk.column
    return (
        f"{_SETS} s JOIN {_ROWS} r ON r.change_set_id = s.id"
        f' JOIN "{history}" h ON h.history_id = r.history_id'
        f' JOIN "{history}" b ON b.history_id = (SELECT max(p.history_id) FROM "{history}" p'
        f' WHERE p."{pk}" = h."{pk}" AND p.history_id < h.history_id)'
        " WHERE s.number > %s AND s.number <= %s AND r.model = %s AND r.type = '~'"
    )


def _differs(vendor: str, copy: models.Field) -> str:
    """Whether a person would call the two values different: an empty text is no text."""
    now, before = (f'{alias}."{copy.column}"' for alias in "hb")
    if isinstance(copy, models.CharField | models.TextField):
        now, before = f"coalesce({now}, '')", f"coalesce({before}, '')"
    if vendor == "sqlite":
        return f"{now} IS NOT {before}"
    if isinstance(copy, models.JSONField):
        now, before = f"{now}::text", f"{before}::text"
    return f"{now} IS DISTINCT FROM {before}"


def _fetched(cursor: Any) -> Iterator[Any]:
    while batch := cursor.fetchmany(_FETCH):
        yield from batch


# ------------------------------------------------------------------ where cases stand now
def case_declaration() -> Declaration | None:
    """The tracked model whose records are the cases: the one that is its own case."""
    return next((each for each in declarations() if dict(each.scope).get("case") is each.pk), None)


def cases_about(connection: Any, after: int, upto: int) -> list[Any]:
    """Raw keys of the cases the sets of the batch are about."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT case_id FROM {_SETS}"
            " WHERE number > %s AND number <= %s AND case_id IS NOT NULL",
            [after, upto],
        )
        return [key for (key,) in cursor.fetchall()]


def moves(connection: Any, after: int, upto: int) -> dict[Any, set[Any]]:
    """Case → the places it left in the batch, all by raw keys; also a case that was deleted."""
    case = case_declaration()
    if case is None:
        return {}
    columns = dict(case.columns)
    copies = [columns[field].column for name, field in case.scope if name in PLACES]
    changed = " OR ".join(
        _differs(connection.vendor, columns[f]) for n, f in case.scope if n in PLACES
    )
    before = ", ".join(f'b."{column}"' for column in copies)
    left: dict[Any, set[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT h."{case.pk.column}", {before} FROM {_versions(case)} AND ({changed})',
            [after, upto, case.label],
        )
        found = list(_fetched(cursor))
        gone = ", ".join(f'h."{column}"' for column in copies)
        cursor.execute(
            f'SELECT h."{case.pk.column}", {gone} FROM {_SETS} s'
            f" JOIN {_ROWS} r ON r.change_set_id = s.id"
            f' JOIN "{case.history_table}" h ON h.history_id = r.history_id'
            " WHERE s.number > %s AND s.number <= %s AND r.model = %s AND r.type = '-'",
            [after, upto, case.label],
        )
        found += _fetched(cursor)
    for key, *places in found:
        left.setdefault(key, set()).update(place for place in places if place)
    return left


def standing(connection: Any, keys: Iterable[Any]) -> dict[Any, list[tuple[str, Any]]]:
    """Case → where it stands now, as (place, key); nowhere once it is deleted."""
    case, wanted = case_declaration(), list(keys)
    if case is None or not wanted:
        return {}
    scope = [(name, str(field.column)) for name, field in case.scope if name in PLACES]
    found = {}
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), _FETCH):
            some = wanted[start : start + _FETCH]
            cursor.execute(
                f'SELECT "{case.pk.column}", {", ".join(column for _name, column in scope)}'
                f' FROM "{case.table}" WHERE "{case.pk.column}" IN ({", ".join(["%s"] * len(some))})',
                some,
            )
            for key, *places in cursor.fetchall():
                named = zip((name for name, _column in scope), places, strict=True)
                found[key] = [(name, place) for name, place in named if place]
    return found
