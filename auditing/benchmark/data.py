"""Millions of change sets by SQL: journal, versions and index entries, without hashes of a chain.

What is measured is finding and showing them; `verify_history` would rightly refuse them.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Case
from organizations.models import HostOrganization, Region
from peph.accounts.models import User
from peph.audit.changes import SYSTEM
from peph.audit.index import ENTRIES, term_ids
from peph.audit.index_terms import field_term, kind_term, place_term
from peph.audit.models import ChangedRow, ChangeSet, IndexState

Progress = Callable[[str, int, int], None]
STEP = 50_000
YEARS = 6
POOL = "benchmark_pool"
# One change set in so many has the rare value.
RARE = 50_000
FREQUENT_VERB, RARE_VERB = "cases.case.update", "cases.case.transfer"
OTHER_VERBS = ("cases.follow-up.update", "cases.placement.update", "cases.note.add")
FREQUENT_KIND, RARE_KIND = "cases.case", "organizations.program"
FREQUENT_FIELD, RARE_FIELD = "cases.case.referring_agency", "cases.case.legacy_number"
FIELDS = ("referring_agency", "status", "referred_on", "coordinator", "site", "job_class")
_SETS, _ROWS = ChangeSet._meta.db_table, ChangedRow._meta.db_table
_VERSIONS = Case.history.model._meta.db_table


def fill(count: int, rare_person: User, progress: Progress) -> None:
    """That many change sets after those there are, spread over six years and all cases."""
    slots = _pool()
    before = ChangeSet.objects.order_by("-number").values_list("number", flat=True).first() or 0
    seconds = max(1, 365 * YEARS * 86_400 // (before + count))
    # The last one is of now: a year of whole seconds a set would leave the last months empty.
    begun = timezone.now().replace(microsecond=0) - dt.timedelta(seconds=seconds * (before + count))
    for start in range(before, before + count, STEP):
        end = min(start + STEP, before + count)
        with transaction.atomic(), connection.cursor() as cursor:
            _sets(cursor, start, end, slots, begun, seconds, rare_person)
            _entries(cursor, start, end, slots)
        progress("change sets", end - before, count)
    IndexState.objects.update_or_create(id=1, defaults={"number": before + count})


def _pool() -> int:
    """Cases with their places, keepers and terms, numbered from 0: what a change set is about."""
    cases = list(Case.objects.order_by("pk").values_list("pk", "region_id", "organization_id"))
    keeper = dict(_keepers())
    terms = term_ids(
        {place_term("region", pk) for pk in Region.objects.values_list("pk", flat=True)}
        | {place_term("organization", pk) for pk in _organizations()},
        make=True,
    )
    key = "char(32)" if connection.vendor == "sqlite" else "uuid"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {POOL} (slot bigint PRIMARY KEY, case_id {key}, region_id {key},"
            f" organization_id {key}, actor_id {key}, region_term bigint, organization_term bigint)"
        )
        cursor.executemany(
            f"INSERT INTO {POOL} VALUES (%s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
            [
                (
                    slot,
                    raw(case),
                    raw(region),
                    raw(organization),
                    raw(keeper.get(region, SYSTEM)),
                    terms[place_term("region", region)],
                    terms[place_term("organization", organization)] if organization else None,
                )
                for slot, (case, region, organization) in enumerate(cases)
            ],
        )
    return len(cases)


def _keepers() -> Any:
    for user in User.objects.filter(email__startswith="coordinator-"):
        yield user.regiongrants.values_list("content_object_id", flat=True).get(), user.pk


def _organizations() -> list[Any]:
    return list(HostOrganization.objects.values_list("pk", flat=True))


def raw(value: Any) -> Any:
    """A key as the driver wants it."""
    return value.hex if connection.vendor == "sqlite" and hasattr(value, "hex") else value


def _series() -> str:
    return (
        "WITH RECURSIVE s(i) AS (SELECT CAST(%s AS bigint) + 1 UNION ALL"
        " SELECT i + 1 FROM s WHERE i < %s)"
    )


def _key(i: str) -> str:
    if connection.vendor == "sqlite":
        return f"printf('%%012x', {i}) || '70008000' || printf('%%012x', {i})"
    digits = f"lpad(to_hex({i}), 12, '0')"
    return f"({digits} || '70008000' || {digits})::uuid"


def _sets(
    cursor: Any,
    start: int,
    end: int,
    slots: int,
    begun: dt.datetime,
    seconds: int,
    rare_person: User,
) -> None:
    sqlite = connection.vendor == "sqlite"
    at = (
        f"datetime(%s, '+' || (s.i * {seconds}) || ' seconds')"
        if sqlite
        else f"CAST(%s AS timestamptz) + s.i * interval '{seconds} seconds'"
    )
    digest = "zeroblob(32)" if sqlite else "decode(repeat('00', 32), 'hex')"
    moment = begun.strftime("%Y-%m-%d %H:%M:%S") if sqlite else begun
    rare = f"s.i %% {RARE}"
    verbs = " ".join(f"WHEN {n} THEN '{verb}'" for n, verb in enumerate(OTHER_VERBS))
    cursor.execute(
        f"{_series()} INSERT INTO {_SETS} (id, number, at, actor_id, role, channel, verb, reason,"  # noqa: S608
        " case_id, region_id, organization_id, request_id, rows, prev, hash)"
        f" SELECT {_key('s.i')}, s.i, {at},"
        f" CASE WHEN {rare} = 3 THEN %s ELSE p.actor_id END,"
        f" CASE WHEN {rare} = 4 THEN 'protect' ELSE 'coordinate' END,"
        f" CASE WHEN {rare} = 5 THEN 'link' WHEN s.i %% 5 = 0 THEN 'api' ELSE 'page' END,"
        f" CASE WHEN {rare} = 6 THEN '{RARE_VERB}' ELSE CASE s.i %% 5 {verbs}"
        f" ELSE '{FREQUENT_VERB}' END END, '', p.case_id, p.region_id, p.organization_id,"
        f" {_key('s.i')}, 1, {digest}, {digest}"
        f" FROM s JOIN {POOL} p ON p.slot = s.i %% {slots}",
        [start, end, moment, raw(rare_person.pk)],
    )
    columns = [f'"{each.column}"' for each in Case.history.model._meta.concrete_fields]
    own = {f'"{each.column}"' for each in Case._meta.concrete_fields}
    copied = [each for each in columns if each in own and each != '"referring_agency"']
    cursor.execute(
        f"{_series()} INSERT INTO {_VERSIONS} ({', '.join(copied)}, referring_agency, history_id,"  # noqa: S608
        " history_date, history_type, history_user_id, history_change_reason, change_set_id)"
        f" SELECT {', '.join('c.' + each for each in copied)}, 'Organisme ' || s.i,"
        f" s.i + 1000000000, {at}, '~', p.actor_id, '{FREQUENT_VERB}', {_key('s.i')}"
        f" FROM s JOIN {POOL} p ON p.slot = s.i %% {slots} JOIN cases_case c ON c.id = p.case_id",
        [start, end, moment],
    )
    text = (
        "substr(p.case_id, 1, 8) || '-' || substr(p.case_id, 9, 4) || '-' ||"
        " substr(p.case_id, 13, 4) || '-' || substr(p.case_id, 17, 4) || '-' || substr(p.case_id, 21)"
        if sqlite
        else "p.case_id::text"
    )
    cursor.execute(
        f"{_series()} INSERT INTO {_ROWS} (change_set_id, model, object_id, history_id, type, leaf,"  # noqa: S608
        " case_id, region_id, organization_id)"
        f" SELECT {_key('s.i')}, '{FREQUENT_KIND}', {text}, s.i + 1000000000, '~', {digest},"
        f" p.case_id, p.region_id, p.organization_id"
        f" FROM s JOIN {POOL} p ON p.slot = s.i %% {slots}",
        [start, end],
    )


def _entries(cursor: Any, start: int, end: int, slots: int) -> None:
    fields = [field_term("cases.case", name) for name in FIELDS]
    label, _dot, name = RARE_FIELD.rpartition(".")
    rare_field, rare_kind, kind = (
        field_term(label, name),
        kind_term(RARE_KIND),
        kind_term(FREQUENT_KIND),
    )
    ids = term_ids({*fields, rare_field, rare_kind, kind}, make=True)
    # Half of the changes are to the first field, the others are even.
    by_turn = " ".join(f"WHEN {n} THEN {ids[each]}" for n, each in enumerate(fields[1:]))
    pool = f"FROM s JOIN {POOL} p ON p.slot = s.i %% {slots}"
    for select in (
        f"SELECT {ids[kind]}, s.i FROM s",  # noqa: S608
        f"SELECT {ids[rare_kind]}, s.i FROM s WHERE s.i %% {RARE} = 7",  # noqa: S608
        f"SELECT CASE s.i %% 10 {by_turn} ELSE {ids[fields[0]]} END, s.i FROM s",  # noqa: S608
        f"SELECT {ids[rare_field]}, s.i FROM s WHERE s.i %% {RARE} = 8",  # noqa: S608
        f"SELECT p.region_term, s.i {pool}",
        f"SELECT p.organization_term, s.i {pool} WHERE p.organization_term IS NOT NULL",
    ):
        cursor.execute(
            f"{_series()} INSERT INTO {ENTRIES} (term_id, number) {select}",
            [start, end],
        )
