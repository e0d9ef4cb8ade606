"""Which rows are in the service already, and which look like somebody who is."""

from collections.abc import Sequence
from typing import Any

from cases.imports.duplicates import person_keys
from cases.imports.records import ParsedRow
from cases.models import Case, Participant
from cases.policy import CASE_POLICY, Action
from peph.audit.changes import SYSTEM


def find_known(rows: Sequence[ParsedRow], *, by: Any) -> tuple[set[int], dict[int, str]]:
    """Rows already imported, and for each probable duplicate the file number of the case it resembles.

    Imported already: same region, same number in the old spreadsheet (or, without one, same referral
    date) and same person. A resemblance is told only of cases the importer may see.
    """
    keys = {row.row: set(person_keys(row)) for row in rows}
    known: set[int] = set()
    doubles: dict[int, str] = {}
    cases = _cases_of_people_born(rows)
    visible = _visible(cases, by)
    by_birth: dict[Any, list[Case]] = {}
    for case in cases:
        by_birth.setdefault(case.participant.birth_date, []).append(case)
    for row in rows:
        for case in by_birth.get(row.birth_date, ()):
            if not keys[row.row] & set(person_keys(case.participant)):
                continue
            if _same_file(row, case):
                known.add(row.row)
            elif case.pk in visible:
                doubles.setdefault(row.row, case.number)
    return known, {number: case for number, case in doubles.items() if number not in known}


def _cases_of_people_born(rows: Sequence[ParsedRow]) -> list[Case]:
    # Name or e-mail narrows the birth date in the query, not after it: at a million people a thousand
    # birth dates are most of the table.
    names = {
        Participant(last_name=row.last_name, first_name=row.first_name).key_for_search()
        for row in rows
    }
    emails = {row.email for row in rows if row.email}
    people = Case.objects.select_related("participant").only(
        "id",
        "number",
        "legacy_number",
        "is_imported",
        "region_id",
        "referred_on",
        "participant__last_name",
        "participant__first_name",
        "participant__birth_date",
        "participant__email",
        "participant__search_key",
    )
    found = {case.pk: case for case in people.filter(participant__search_key__in=names)}
    if emails:
        found |= {case.pk: case for case in people.filter(participant__email__in=emails)}
    return list(found.values())


def _visible(cases: Sequence[Case], by: Any) -> set[Any]:
    if by is SYSTEM:
        return {case.pk for case in cases}
    mine = Case.objects.filter(CASE_POLICY.q(by, Action.VIEW), pk__in=[case.pk for case in cases])
    return set(mine.values_list("pk", flat=True))


def _same_file(row: ParsedRow, case: Case) -> bool:
    if not case.is_imported or case.region_id != row.region.pk:
        return False
    if row.legacy_number or case.legacy_number:
        return row.legacy_number == case.legacy_number
    return row.referred_on == case.referred_on
