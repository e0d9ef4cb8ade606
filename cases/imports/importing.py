"""The import: go through the file once to judge it, once more to write it, in one change.

A file with a problem writes nothing. A row already imported is left alone, so the same file twice
imports nothing twice. A probable duplicate waits for a decision: without one it is left out and told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from os import PathLike
from typing import Any, BinaryIO, TypeAlias

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.imports.cleaning import lookup_table
from cases.imports.duplicates import first_row_like
from cases.imports.known import find_known
from cases.imports.reading import open_spreadsheet
from cases.imports.records import Lookups, ParsedRow, Problem, parse_record
from cases.imports.writing import Writer
from cases.policy import REGION_CASE_POLICY, Action
from organizations.models import HostOrganization, JobClass, Region
from peph.audit.changes import SYSTEM, change
from peph.errors import Conflict

Source: TypeAlias = str | PathLike[str] | BinaryIO
Progress: TypeAlias = Callable[[int], None]

BATCH = 1000
SKIP, CREATE = "skip", "create"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that is probably a person of another row, or of a case the importer may see."""

    row: int
    of_row: int | None
    of_case: str = ""
    decision: str = ""


@dataclass(slots=True)
class Report:
    """What the import found and, once run, what it wrote. Row numbers are the spreadsheet's own."""

    rows: int = 0
    importable: int = 0
    known: int = 0
    held: int = 0
    imported: int = 0
    errors: list[Problem] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    change_set: str | None = None
    # Rows that are not to be written; kept small, a file may have 200,000 rows.
    left_out: set[int] = field(default_factory=set, repr=False)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer of the command and of the API."""
        return {
            "rows": self.rows,
            "importable": self.importable,
            "errors": [
                {
                    "row": problem.row,
                    "column": problem.column,
                    "value": problem.value,
                    "problem": str(problem.message),
                }
                for problem in self.errors
            ],
            "duplicates": [
                {"row": each.row, "of_row": each.of_row, "of_case": each.of_case}
                for each in self.duplicates
            ],
            "known": self.known,
            "held": self.held,
            "imported": self.imported,
            "change_set": self.change_set,
        }


def check(
    source: Source,
    *,
    by: Any,
    decisions: Mapping[int, str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge the whole file and write nothing. Raises UnreadableFile."""
    report = Report()
    decided = decisions or {}
    seen: dict[int, int] = {}
    lookups, mine = _lookups(), _own_regions(by)
    for batch in _batched(_parsed(source, lookups, report)):
        good = []
        for number, row, problems in batch:
            if row is not None and row.region.pk not in mine:
                problems = [_not_yours(row)]
            report.errors.extend(problems)
            if row is None or problems:
                report.left_out.add(number)
            else:
                good.append(row)
        known, doubles = find_known(good, by=by)
        for row in good:
            if row.row in known:
                first_row_like(seen, row, row.row)
                report.known += 1
                report.left_out.add(row.row)
                continue
            of_row = first_row_like(seen, row, row.row)
            of_case = doubles.get(row.row, "")
            if of_row is not None or of_case:
                decision = decided.get(row.row, "")
                report.duplicates.append(Duplicate(row.row, of_row, of_case, decision))
                if decision != CREATE:
                    report.held += 1
                    report.left_out.add(row.row)
                    continue
            report.importable += 1
        if progress:
            progress(len(batch))
    return report


def run(
    source: Source,
    *,
    by: Any,
    decisions: Mapping[int, str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge the file, then write what is new in one change; nothing when a row has a problem.

    Raises UnreadableFile, and Conflict when the data changed between the two readings.
    """
    report = check(source, by=by, decisions=decisions, progress=progress)
    if report.errors or not report.importable:
        return report
    with change(by=by, verb="cases.import", channel="import") as done:
        writer = Writer(by)
        again = Report()
        for batch in _batched(_parsed(source, _lookups(), again)):
            rows = [row for number, row, _p in batch if row and number not in report.left_out]
            writer.write(rows)
            if progress:
                progress(len(batch))
        writer.finish()
        if writer.written != report.importable:
            raise Conflict(_("The file changed while it was read. Nothing was imported."))
    report.imported = writer.written
    report.change_set = done.receipt
    return report


def _parsed(
    source: Source, lookups: Lookups, report: Report
) -> Iterator[tuple[int, ParsedRow | None, list[Problem]]]:
    today = timezone.localdate()
    if hasattr(source, "seek"):
        source.seek(0)
    with open_spreadsheet(source) as spreadsheet:
        for number, record in spreadsheet:
            report.rows += 1
            row, problems = parse_record(number, record, lookups, today=today)
            yield number, row, problems


def _batched(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _lookups() -> Lookups:
    regions = list(Region.objects.all())
    organizations = list(HostOrganization.objects.all())
    job_classes = list(JobClass.objects.all())
    return Lookups(
        regions=lookup_table(
            [(name, region) for region in regions for name in (region.name, region.code)]
        ),
        organizations=lookup_table(
            [(name, each) for each in organizations for name in (each.name, each.acronym)]
        ),
        job_classes=lookup_table(
            [(name, each) for each in job_classes for name in (each.code, each.name)]
        ),
    )


def _own_regions(by: Any) -> set[Any]:
    regions = Region.objects.all()
    if by is not SYSTEM:
        regions = regions.filter(REGION_CASE_POLICY.q(by, Action.TAKE_IN))
    return set(regions.values_list("pk", flat=True))


def _not_yours(row: ParsedRow) -> Problem:
    return Problem(
        row.row, "Région", row.region.name, _("You do not take in participants of this region.")
    )
