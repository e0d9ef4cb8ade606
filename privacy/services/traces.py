"""What the service keeps of a person outside the records: the access log, mails, answers, uploads.

Each function is told whom to look for and answers how many rows it emptied. All run inside the change
that erases the person.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils import timezone

from auditing.models import Sample
from cases.models import Case, Document, DocumentContent, ImportUpload
from peph.audit.models import AccessLog, ChangedRow, ChangeSet
from peph.audit.redaction import forget_reasons, redact
from peph.idempotency.models import RememberedRequest
from peph.outbox.models import Message
from privacy.services.blanking import ERASED_TEXT
from privacy.services.names import Names
from privacy.services.reach import Keys, blocks

PAGE = 2000
Trace = Callable[[Names, Keys], int]


def forget_searches(names: Names, keys: Keys) -> int:
    """The words of an access: all of those about the person's records, and of any search for the person.

    Who read which record when, stays: it names the record by its key only.
    """
    cases = keys.get(Case, set())
    about = {str(key) for each in keys.values() for key in each}
    done = 0
    for rows in _pages(AccessLog.objects.filter(detail__isnull=False)):
        found = [
            row
            for row in rows
            if row.case_id in cases
            or row.object_id in about
            or any(_is_meant(text, names) for text in _texts(row.detail))
        ]
        # The database refuses to change a row of the log: it goes, and comes back without its words.
        AccessLog.objects.filter(pk__in=[row.pk for row in found]).delete()
        for row in found:
            row.detail = None
        AccessLog.objects.bulk_create(found)
        done += len(found)
    return done


def _is_meant(text: str, names: Names) -> bool:
    return names.may_be_meant_by(text) or names.are_in(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _pages(rows: Any) -> Iterator[list[Any]]:
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        last = page[-1].pk
        yield page


def forget_mails(names: Names, keys: Keys) -> int:
    """The text of the mails about the person or to the person. One that still waits is not sent."""
    now = timezone.now()
    found = [
        each.pk
        for each in Message.objects.filter(erased_at__isnull=True).iterator(PAGE)
        if names.are_in(f"{each.key}\n{each.to}\n{each.subject}\n{each.body}\n{each.last_error}")
    ]
    for some in blocks(found):
        messages = Message.objects.filter(pk__in=some)
        messages.waiting().update(gave_up_at=now)
        messages.update(to="", subject="", body="", last_error="", erased_at=now)
    return len(found)


def forget_answers(names: Names, keys: Keys) -> int:
    """The answers kept for requests sent again. The requests stay known: none is carried out twice."""
    found = [
        each.pk
        for each in RememberedRequest.objects.filter(answer__isnull=False).iterator(PAGE)
        if names.are_in(each.answer or "")
    ]
    return RememberedRequest.objects.filter(pk__in=found).update(answer=None)


def forget_uploads(names: Names, keys: Keys) -> int:
    """Every spreadsheet that waits for its import, a day old at most: any of them may name the person."""
    return ImportUpload.objects.all().delete()[0]


def forget_bytes(names: Names, keys: Keys) -> int:
    """The bytes of the person's documents, but those that are also a document of somebody else."""
    own = keys.get(Document, set())
    digests = set(Document.objects.filter(pk__in=own).values_list("sha256", flat=True))
    digests -= set(
        Document.objects.filter(sha256__in=digests)
        .exclude(pk__in=own)
        .values_list("sha256", flat=True)
    )
    return DocumentContent.objects.filter(pk__in=digests).delete()[0]


def forget_administration(names: Names, keys: Keys) -> int:
    """What Django's list of recent actions calls the records."""
    about = {str(key) for each in keys.values() for key in each}
    done = 0
    for some in blocks(about):
        done += LogEntry.objects.filter(object_id__in=some).update(
            object_repr="", change_message=""
        )
    return done


def forget_filters(names: Names, keys: Keys) -> int:
    """The filter of a sample that was drawn by searching for the person."""
    done = 0
    for sample in Sample.objects.only("id", "filter_query", "filter_text").iterator(PAGE):
        asked = f"{sample.filter_query}\n{sample.filter_text}"
        if not any(_is_meant(text, names) for text in _asked(asked)):
            continue
        redact(Sample, sample.pk)
        Sample.objects.filter(pk=sample.pk).update(
            filter_query="", filter_text=ERASED_TEXT, version=sample.version + 1
        )
        done += 1
    return done


def _asked(text: str) -> Iterator[str]:
    """The words of a filter one by one: each value of the address, each part of its sentence."""
    query, _line, sentence = text.partition("\n")
    yield from (value for _name, value in parse_qsl(query))
    yield from (part.partition(":")[2] or part for part in sentence.split(";"))


def forget_words_of_changes(names: Names, keys: Keys) -> int:
    """The reasons given for what was done with the person's records, and for nobody else's."""
    cases = keys.get(Case, set())
    numbers: set[int] = set()
    for some in blocks(cases):
        numbers |= set(ChangeSet.objects.filter(case_id__in=some).values_list("number", flat=True))
    about = {str(key) for each in keys.values() for key in each}
    others = ChangedRow.objects.filter(case_id__isnull=False).exclude(case_id__in=cases)
    for some in blocks(about):
        touched = ChangeSet.objects.filter(
            ~Q(reason=""), case_id__isnull=True, changed_rows__object_id__in=some
        )
        numbers |= set(
            touched.exclude(pk__in=others.values("change_set_id"))
            .values_list("number", flat=True)
            .distinct()
        )
    return forget_reasons(numbers)


TRACES: dict[str, Trace] = {
    "changes": forget_words_of_changes,
    "documents": forget_bytes,
    "accesses": forget_searches,
    "mails": forget_mails,
    "answers": forget_answers,
    "uploads": forget_uploads,
    "administration": forget_administration,
    "samples": forget_filters,
}
