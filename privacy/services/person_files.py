"""A person's data as files: JSON for programs, CSV in one archive, a tagged PDF for reading."""

import datetime as dt
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.models import DocumentContent
from peph.exports import Column, csv_lines
from peph.pdf import compile_document
from privacy.services.person_data import Names, Noun, PersonData, facts_of_row
from privacy.services.telling import label_of

TEMPLATE = Path(__file__).resolve().parent.parent / "reports" / "person.typ"
DOCUMENTS = "cases.document"
TYPES = {"+": "added", "~": "changed", "-": "deleted"}


def file_name(data: PersonData) -> str:
    """What the download is called: no name of anybody."""
    day = timezone.localtime(data.produced_at).date().isoformat()
    return _("my-data-%(day)s") % {"day": day}


# ------------------------------------------------------------------ JSON
def as_json(data: PersonData) -> bytes:
    """One object: columns under their names in the service, codes as they are, other records in words."""
    names = Names()
    body = {
        "person": {"id": str(data.person.pk), "name": str(data.person)},
        "produced_at": timezone.localtime(data.produced_at).isoformat(timespec="seconds"),
        "produced_by": data.produced_by,
        "only_what_the_person_gave": data.asked.collected,
        "held": [_json_noun(noun, names, data) for noun in data.nouns],
        "held_apart": [{"kind": noun.code, "rows": noun.apart} for noun in data.apart],
    }
    if data.asked.accesses:
        body["accesses"] = [
            {
                "day": day.day.isoformat(),
                "who": each.who,
                "roles": each.roles,
                "what": each.what,
                "times": each.times,
            }
            for day in data.days
            for each in day.accesses
        ]
    return json.dumps(body, ensure_ascii=False, indent=1, default=str).encode()


def _json_noun(noun: Noun, names: Names, data: PersonData) -> dict[str, Any]:
    body = {
        "kind": noun.code,
        "name": noun.name,
        "file": str(noun.file.name),
        "purpose": str(noun.file.purpose),
        "source": str(noun.file.source),
        "retention": str(noun.file.retention),
        "labels": {each.name: label_of(each) for each in noun.fields},
        "rows": [
            {each.name: _json_value(row, each, names) for each in noun.fields} for row in noun.rows
        ],
    }
    if data.asked.history:
        body["changes"] = [
            {each.name: _json_value(row, each, names) for each in noun.change_fields}
            for row in noun.changes
        ]
    return body


def _json_value(row: Any, column: Any, names: Names) -> Any:
    if column.is_relation:
        return names.text(row, column) or None
    value = getattr(row, column.attname)
    if column.name == "history_type":
        return TYPES.get(value, value)
    return timezone.localtime(value).isoformat() if isinstance(value, dt.datetime) else value


# ------------------------------------------------------------------ CSV
def as_zip(data: PersonData) -> Any:
    """A temporary file, closed by the answer: one CSV a noun, the documents, and what it all is."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 the answer closes it
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_("read-me.txt"), "\r\n".join(_read_me(data)))
            # What is held apart is told in the text above.
            for noun in (each for each in data.nouns if each.rows):
                _write(archive, f"{noun.code}.csv", *_table(noun))
                if noun.changes:
                    _write(archive, f"{noun.code}.{_('history')}.csv", *_changes(noun))
                if noun.code == DOCUMENTS:
                    _documents(archive, noun)
            if data.asked.accesses:
                _write(archive, f"{_('accesses')}.csv", *_accesses(data))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(archive: Any, name: str, rows: Iterator[list[Any]], columns: list[Column]) -> None:
    with archive.open(name, "w") as entry:
        for chunk in csv_lines(rows, columns):
            entry.write(chunk)


def _table(noun: Noun) -> tuple[Iterator[list[Any]], list[Column]]:
    known = Names()
    columns = [Column(each.name, label_of(each)) for each in noun.fields]
    return ([known.text(row, each) for each in noun.fields] for row in noun.rows), columns


def _changes(noun: Noun) -> tuple[Iterator[list[Any]], list[Column]]:
    known = Names()
    columns = [
        Column("history_date", _("Changed on")),
        Column("history_type", _("What was done")),
        *(Column(each.name, label_of(each)) for each in noun.change_fields[2:]),
    ]
    words = {"+": _("added"), "~": _("changed"), "-": _("deleted")}
    rows = (
        [
            words[row.history_type] if each.name == "history_type" else known.text(row, each)
            for each in noun.change_fields
        ]
        for row in noun.changes
    )
    return rows, columns


def _accesses(data: PersonData) -> tuple[Iterator[list[Any]], list[Column]]:
    columns = [
        Column("day", _("Day")),
        Column("who", _("Who")),
        Column("roles", _("Role held today")),
        Column("what", _("What was done")),
        Column("times", _("Times")),
    ]
    rows = (
        [day.day, each.who, each.roles, each.what, each.times]
        for day in data.days
        for each in day.accesses
    )
    return rows, columns


def _documents(archive: Any, noun: Noun) -> None:
    for position, row in enumerate(noun.rows, 1):
        kept = DocumentContent.objects.filter(sha256=row.sha256).first()
        if kept is not None:
            # The name was neutralised when the document came in; the number keeps two of a name apart.
            archive.writestr(f"documents/{position:03d}-{row.filename}", bytes(kept.content))


def _read_me(data: PersonData) -> Iterator[str]:
    yield from introduction(data)
    yield ""
    for noun in (each for each in data.nouns if each.rows):
        yield f"{noun.code}.csv – {noun.name} ({len(noun.rows)})"


def introduction(data: PersonData) -> list[str]:
    """What it is, what is not in it, and what its reader may ask for."""
    lines = [
        _("What the programme holds about %(name)s, produced on %(day)s by %(who)s.")
        % {
            "name": data.person,
            "day": timezone.localtime(data.produced_at).date().isoformat(),
            "who": data.produced_by,
        }
    ]
    if data.asked.collected:
        lines.append(_("Only what the person gave is in it, to be used elsewhere."))
    if data.apart:
        lines.append(
            _(
                "Health information is kept apart: whoever holds the right to read it hands it over"
                " separately."
            )
        )
    if data.is_cut:
        lines.append(
            _("The file was opened more often than the list of readings tells: ask for a period.")
        )
    lines.append(
        _(
            "You may ask for a correction, or complain, to the person in charge of privacy in the programme."
        )
    )
    return lines


# ------------------------------------------------------------------ PDF
def as_pdf(data: PersonData) -> bytes:
    """PDF/UA-1, in the language of the page."""
    names = Names()
    title = _("What the programme holds about %(name)s") % {"name": data.person}
    nouns = [
        {
            "title": noun.name,
            "about": f"{noun.file.purpose} {noun.file.source}",
            "rows": [
                {
                    "title": f"{noun.name}, {position} / {len(noun.rows)}",
                    "facts": [list(fact) for fact in facts_of_row(noun, row, names)],
                }
                for position, row in enumerate(noun.rows, 1)
            ],
            "apart": _("Kept apart: %(number)s") % {"number": noun.apart} if noun.apart else "",
        }
        for noun in data.nouns
    ]
    accesses = [
        [day.day.isoformat(), f"{each.who}, {each.roles}" if each.roles else each.who, each.what]
        for day in data.days
        for each in day.accesses
    ]
    words = {
        "page": _("Page"),
        "fact": _("Information"),
        "value": _("Value"),
        "accesses": _("Who opened the file"),
        "day": _("Day"),
        "who": _("Who"),
        "what": _("What was done"),
    }
    content = {
        "introduction": introduction(data),
        "nouns": nouns,
        "accesses": accesses,
        "words": words,
    }
    return compile_document(TEMPLATE, content, title=title, language=get_language() or "fr")
