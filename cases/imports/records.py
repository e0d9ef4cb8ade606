"""From a record of the spreadsheet to a typed row, or to the list of its problems."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.imports.cleaning import Cell, Refused, as_text, is_blank, lookup_key
from cases.imports.columns import COLUMNS, Column, column_for
from cases.imports.reading import BEYOND

# Most cells of most rows are empty: what a cleaner makes of nothing is asked once.
_BLANK = {column.field: None if column.lookup else column.clean(None) for column in COLUMNS}
YOUNGEST, OLDEST = 14, 100
PLACED = frozenset({"in_placement", "post_placement"})
NOT_PLACED = frozenset(
    {
        "referred",
        "intake",
        "eligibility_review",
        "eligible",
        "awaiting_documents",
        "ineligible",
        "under_appeal",
        "matching",
    }
)


@dataclass(frozen=True, slots=True)
class Lookups:
    """What names in the spreadsheet stand for; keys made by `lookup_key` (see `lookup_table`)."""

    regions: Mapping[str, Any] = field(default_factory=dict)
    organizations: Mapping[str, Any] = field(default_factory=dict)
    job_classes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct: the spreadsheet's own row, heading and text, and what is expected."""

    row: int
    column: str
    value: str
    message: Any


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One person of the spreadsheet, cleaned. `region`, `organization` and `job_class` are the
    objects of the lookups; a text that was not given is "", anything else not given is None."""

    row: int
    legacy_number: str
    last_name: str
    first_name: str
    birth_date: dt.date
    email: str
    phone: str
    postal_code: str
    municipality: str
    region: Any
    language: str
    referring_agency: str
    referred_on: dt.date
    job_class: Any
    functional_needs: str
    status: str
    organization: Any
    site_name: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    supervisor_name: str
    next_follow_up_on: dt.date | None
    remarks: str


def parse_record(
    row: int, record: Mapping[str, Cell], lookups: Lookups, *, today: dt.date
) -> tuple[ParsedRow | None, list[Problem]]:
    """The typed row and no problem, or no row and every problem found in it.

    A cell that could not be read is reported once: no rule is held against it.
    """
    headings = _headings(tuple(record))
    values: dict[str, Any] = {}
    refused: dict[str, Any] = {}
    for column in COLUMNS:
        cell = record.get(headings[column.field])
        value = _cleaned(column, cell, lookups)
        if isinstance(value, Refused):
            refused[column.field] = value.message
        else:
            values[column.field] = value
    for name, message in _broken_rules(values, today):
        # What was typed and refused is not "missing": its own message stays.
        refused.setdefault(name, message)
    problems = [
        _problem(row, record, headings[column.field], refused[column.field])
        for column in COLUMNS
        if column.field in refused
    ]
    if BEYOND in record:
        problems.append(_problem(row, record, BEYOND, _("This text stands under no heading.")))
    return (None, problems) if problems else (ParsedRow(row=row, **values), [])


@lru_cache(maxsize=8)
def _headings(given: tuple[str, ...]) -> dict[str, str]:
    """The heading of each field as this spreadsheet has it; all its records share one answer."""
    own = {column.field: heading for heading in given if (column := column_for(heading))}
    return {column.field: own.get(column.field, column.heading) for column in COLUMNS}


def _problem(row: int, record: Mapping[str, Cell], heading: str, message: Any) -> Problem:
    return Problem(row, heading, as_text(record.get(heading)), message)


def _cleaned(column: Column, cell: Cell, lookups: Lookups) -> Any:
    if column.required and is_blank(cell):
        return Refused(column.missing)
    if cell is None or cell == "":
        return _BLANK[column.field]
    value = column.clean(cell)
    if not column.lookup or isinstance(value, Refused):
        return value
    if not value:
        return None
    found = getattr(lookups, column.lookup).get(lookup_key(value))
    return Refused(column.unknown) if found is None else found


def _broken_rules(values: Mapping[str, Any], today: dt.date) -> Iterator[tuple[str, Any]]:
    """The rules between the cells of a row, as (field at fault, message)."""
    if message := _birth_date_fault(values.get("birth_date"), values.get("referred_on"), today):
        yield "birth_date", message
    start, end = values.get("starts_on"), values.get("ends_on")
    if start and end and end <= start:
        yield "ends_on", _("The placement ends before it starts.")
    if values.get("status") in PLACED:
        for name in ("organization", "starts_on", "ends_on"):
            if values.get(name) is None:
                yield name, _MISSING_FOR_PLACED[name]
        return
    if values.get("status") == "suspended" and values.get("next_follow_up_on", "") is None:
        yield (
            "next_follow_up_on",
            _("An interrupted case needs a next follow-up: it stands for the expected return."),
        )
    if values.get("status") in NOT_PLACED and (start or end):
        yield "status", _("This status does not go with a placement. Correct one or the other.")
    placement = ("site_name", "starts_on", "ends_on", "supervisor_name")
    if any(values.get(name) for name in placement) and values.get("organization") is None:
        yield "organization", _("There is a placement here, but no host organisation.")
    if end and values.get("starts_on") is None:
        yield "starts_on", _("The placement has an end but no start.")


_MISSING_FOR_PLACED = {
    "organization": _("A person with this status needs a host organisation."),
    "starts_on": _("A person with this status needs the date the placement starts."),
    "ends_on": _("A person with this status needs the date the placement is to end."),
}


def _birth_date_fault(birth: dt.date | None, referred: dt.date | None, today: dt.date) -> Any:
    if birth is None:
        return None
    if birth > today:
        return _("The date of birth is in the future.")
    if referred is None:
        return None
    age = referred.year - birth.year - ((referred.month, referred.day) < (birth.month, birth.day))
    if YOUNGEST <= age <= OLDEST:
        return None
    return _(
        "The person must be between %(youngest)d and %(oldest)d years old "
        "on the date of referral. Check both dates."
    ) % {"youngest": YOUNGEST, "oldest": OLDEST}
