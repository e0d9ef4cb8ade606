"""A spreadsheet brought in from a page: kept between the steps, judged, imported once, then deleted."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.imports.cleaning import as_text
from cases.imports.columns import column_for
from cases.imports.errors import UnreadableFile
from cases.imports.importing import Report, check, run
from cases.imports.reading import open_spreadsheet
from cases.models import ImportUpload
from cases.policy import REGION_CASE_POLICY, Action
from peph.errors import Conflict, Forbidden

# A page answers within seconds: what is larger is the command's.
MOST_BYTES = 10 << 20
MOST_ROWS = 5_000
KEPT = dt.timedelta(days=1)
WHO = ("last_name", "first_name", "birth_date")


def require_importer(by: Any) -> None:
    """Raise Forbidden unless `by` takes in participants somewhere; each row is checked besides."""
    if not REGION_CASE_POLICY.anywhere(by, Action.TAKE_IN):
        raise Forbidden


def keep_upload(file: BinaryIO, name: str, *, by: Any) -> ImportUpload:
    """Keep the file for its preview, once it proved to be a spreadsheet of a bearable size.

    Raises Forbidden, UnreadableFile.
    """
    require_importer(by)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            _("This file is larger than %(most)d MB: import it with the command.")
            % {"most": MOST_BYTES >> 20}
        )
    check(BytesIO(content), by=by, progress=_limit())
    ImportUpload.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()
    return ImportUpload.objects.create(uploaded_by=by, name=name[:200], content=content)


def own_uploads(by: Any) -> Any:
    """The files this person brought in and neither imported nor gave up."""
    require_importer(by)
    return ImportUpload.objects.filter(uploaded_by=by, uploaded_at__gte=timezone.now() - KEPT)


def judge(upload: ImportUpload, *, by: Any, decisions: Mapping[int, str] | None = None) -> Report:
    """What the import of this file would do now. Raises UnreadableFile."""
    return check(BytesIO(bytes(upload.content)), by=by, decisions=decisions)


def import_upload(upload: ImportUpload, *, by: Any, decisions: Mapping[int, str]) -> Report:
    """Import the file, once however often the button is pressed, and delete it.

    A file that imports nothing stays. Raises Forbidden, UnreadableFile, Conflict (already taken).
    """
    require_importer(by)
    taken, _kinds = own_uploads(by).filter(pk=upload.pk).delete()
    if not taken:
        raise Conflict(_("This file is being imported already, or was given up."))
    report = None
    try:
        report = run(BytesIO(bytes(upload.content)), by=by, decisions=decisions)
    finally:
        if report is None or report.errors:
            ImportUpload(
                pk=upload.pk,
                uploaded_by=by,
                name=upload.name,
                content=upload.content,
                uploaded_at=upload.uploaded_at,
            ).save(force_insert=True)
    return report


def people_in(upload: ImportUpload, rows: Iterable[int]) -> dict[int, str]:
    """Row number → who stands there, as typed: last name, first name, birth date."""
    wanted = set(rows)
    found: dict[int, str] = {}
    if not wanted:
        return found
    with open_spreadsheet(BytesIO(bytes(upload.content))) as spreadsheet:
        for number, record in spreadsheet:
            if number in wanted:
                by_field = {
                    column.field: as_text(cell)
                    for heading, cell in record.items()
                    if (column := column_for(heading))
                }
                found[number] = ", ".join(by_field.get(name, "") for name in WHO)
    return found


def _limit() -> Callable[[int], None]:
    seen = 0

    def count(rows: int) -> None:
        nonlocal seen
        seen += rows
        if seen > MOST_ROWS:
            raise UnreadableFile(
                _("This file has more than %(most)d rows: import it with the command.")
                % {"most": MOST_ROWS}
            )

    return count
