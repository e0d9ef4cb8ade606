"""People with one record of each kind and a canary in every field that takes words or bytes.

Everything is made from the models: a kind or a field added later has its record and its canary by itself.
"""

import datetime as dt
import itertools
import re
import uuid
from functools import lru_cache
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone

from auditing.models import ItemAnswer, Sample, SampleItem
from cases.models import Case, DocumentContent, ImportUpload, Participant
from organizations.models import HostOrganization, HostSite, Region
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from peph.crypto import EncryptedTextField
from peph.idempotency.models import RememberedRequest
from peph.outbox.models import Message
from privacy.models import Erasure
from privacy.services.blanking import fields_to_blank, is_free, is_kept
from privacy.services.erasures import carry_out_due, move_erasure, propose
from privacy.services.reach import Hanging, hanging, is_tracked, keys_of

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DAY = dt.date(2019, 5, 6)
# Of a canary: the shortest column takes seven characters.
WIDTH = 7
# What the models do not say by themselves: a life that their constraints allow.
LIFE: dict[str, dict[str, Any]] = {
    "cases.Case": {
        "status": "closed", "closed_on": dt.date(2020, 6, 1), "closure_reason": "completed",
        "referred_on": dt.date(2019, 1, 7), "decided_on": dt.date(2019, 2, 1),
    },
    "cases.Placement": {
        "status": "completed", "signed_on": DAY, "started_on": DAY, "ended_on": dt.date(2020, 5, 1),
        "planned_end": dt.date(2020, 5, 4), "initial_end": dt.date(2020, 5, 4),
    },
    "cases.Suspension": {"resumed_on": DAY},
    "cases.TaskLink": {"task": "report", "draft": {}},
    "cases.KeyDateChange": {
        "key_date": "referred_on", "placement": None, "corrected": dt.date(2019, 5, 7),
    },
    "cases.FollowUp": {"step": None, "subject": "x"},
    "cases.Match": {"status": "proposed", "placement": None},
    "cases.ConflictOfInterest": {
        "ended_at": dt.datetime(2019, 6, 1, tzinfo=dt.UTC), "end_reason": "x",
    },
    "privacy.AccessRequest": {
        "received_on": DAY, "extended_on": DAY, "extension_reason": "x", "state": "open",
    },
    "privacy.LegalHold": {"lifted_on": DAY},
}  # fmt: skip


class Canaries:
    """Words found nowhere else, all of one person."""

    def __init__(self, person: int) -> None:
        self.words: set[str] = set()
        self._count = itertools.count()
        self._prefix = f"Q{_base36(person, 2)}"
        self.born = dt.date(1850, 1, 1) + dt.timedelta(days=person)

    def word(self) -> str:
        """Seven characters: the shortest column takes them."""
        word = f"{self._prefix}{_base36(next(self._count), 4)}"
        self.words.add(word.lower())
        return word


def _base36(number: int, width: int) -> str:
    text = ""
    for _place in range(width):
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text


class Person:
    """One made-up person: the record, its canaries, and every way the service knows them."""

    def __init__(self, index: int, *, with_upload: bool = False) -> None:
        self.canaries = Canaries(index)
        self.index = index
        self._untracked: dict[str, str] = {}
        with change(by=SYSTEM, verb="tests.person"):
            self.records = self._all_records()
        self.participant = self.records[Participant]
        self.case = self.records[Case]
        for _version in range(2):
            with change(
                by=SYSTEM, verb="tests.canaries", case=self.case, reason=self.canaries.word()
            ):
                self._fill()
        self.participant.refresh_from_db()
        self._leave_traces(with_upload=with_upload)
        self.canaries.words |= {each.lower() for each in self._ciphertexts()}

    # ---------------------------------------------------------------- records
    def _all_records(self) -> dict[Any, Any]:
        pool: dict[Any, Any] = {
            model: model._base_manager.order_by("pk").first()
            for model in (Region, HostOrganization, HostSite)
        }
        pool[Sample] = made(Hanging(Sample, ()), {}, dict(_SAMPLE))
        digest = uuid.uuid4().hex * 2
        DocumentContent.objects.create(sha256=digest, content=f"…{self.canaries.word()}…".encode())
        for each in hanging():
            if each.model is Erasure:
                continue  # the test proposes it
            values = dict(LIFE.get(each.label, {}))
            if each.label == "cases.Document":
                values["sha256"] = digest
            if each.label == "auditing.SampleItem":
                values["position"] = self.index + 1
            pool[each.model] = made(each, pool, values)
        return pool

    def _fill(self) -> None:
        for each in hanging():
            if each.model in self.records:
                values = {
                    field.name: self._canary(field)
                    for field in each.model._meta.local_concrete_fields
                    if is_to_fill(each.model, field)
                }
                if values:
                    each.model._base_manager.filter(pk=self.records[each.model].pk).update(**values)

    def _canary(self, field: models.Field) -> Any:
        if isinstance(field, EncryptedTextField):
            # Found by what stands in the database for it: `_ciphertexts`.
            return self.canaries.born if "Date" in type(field).__name__ else "Qx"
        if field.name == "birth_date":
            self.canaries.words.add(self.canaries.born.isoformat())
            return self.canaries.born
        if field.attname in ("search_key", "draft"):
            # Without a history: the word of the first version would be gone before the erasure.
            if field.attname not in self._untracked:
                self._untracked[field.attname] = self.canaries.word()
            word = self._untracked[field.attname]
        else:
            word = self.canaries.word()
        if isinstance(field, models.EmailField):
            return f"{word}@exemple.qc.ca".lower()
        if isinstance(field, models.JSONField):
            return {word: [word]}
        if isinstance(field, models.BinaryField):
            return word.encode()
        return word

    # ---------------------------------------------------------------- beside the records
    def _leave_traces(self, *, with_upload: bool) -> None:
        person, word = self.participant, self.canaries.word
        AccessLog.objects.bulk_create(
            [
                AccessLog(channel="page", verb="search", model="cases.case", detail={"q": person.last_name}),
                AccessLog(channel="page", verb="list", object_ids=[str(self.case.pk)],
                          detail={"q": person.email}),
                AccessLog(channel="page", verb="open", model="cases.case", object_id=str(self.case.pk),
                          case_id=self.case.pk, detail={"part": word()}),
            ]
        )  # fmt: skip
        Message.objects.create(
            key=f"tests:{person.pk}", to=person.email, language="fr", subject=f"À {word()}",
            body=f"{person.first_name} {person.last_name}",
        )  # fmt: skip
        RememberedRequest.objects.create(
            actor_id=SYSTEM, key=f"k{self.index}", digest=b"d", scope=b"s",
            answer=f'{{"id": "{person.pk}", "last_name": "{person.last_name}"}}',
        )  # fmt: skip
        LogEntry.objects.create(
            user=User.objects.first(), action_flag=CHANGE, object_id=str(person.pk), object_repr=word(),
            change_message=word(), content_type=ContentType.objects.get_for_model(Participant),
        )  # fmt: skip
        if with_upload:
            ImportUpload.objects.create(
                uploaded_by=User.objects.first(), name=f"{word()}.csv", content=word().encode()
            )
        with change(by=SYSTEM, verb="tests.sample"):
            Sample.objects.filter(pk=self.records[SampleItem].sample_id).update(
                filter_query=f"q={person.last_name}&status=closed",
                filter_text=f"Recherche: {person.last_name}; Statut: fermé",
            )

    def _ciphertexts(self) -> set[str]:
        """What stands in the database for this person's encrypted fields."""
        found = set()
        keys = keys_of(self.participant.pk)
        for each in hanging():
            if not is_tracked(each.model):
                continue
            tables = (each.model, each.model.history.model)
            for model in tables:
                for field in model._meta.local_concrete_fields:
                    if isinstance(field, EncryptedTextField):
                        found |= _raw(model, field, "id", keys[each.model])
        found |= _raw(
            Message, Message._meta.get_field("body"), "key", {f"tests:{self.participant.pk}"}
        )
        answer = RememberedRequest._meta.get_field("answer")
        return found | _raw(RememberedRequest, answer, "key", {f"k{self.index}"})


def _raw(model: Any, field: models.Field, by: str, keys: set[Any]) -> set[str]:
    column = model._meta.get_field(by)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {field.column} FROM {model._meta.db_table} WHERE {by} IN"
            f" ({', '.join(['%s'] * len(keys))})",
            [column.get_db_prep_value(key, connection) for key in keys],
        )
        return {text for (text,) in cursor.fetchall() if text}


def is_to_fill(model: Any, field: models.Field) -> bool:
    """Whether a canary goes in: every field of words or bytes, but those kept for a written reason."""
    if field in fields_to_blank(model):
        return not isinstance(field, models.BooleanField)
    return is_free(field) and not is_kept(field)


def made(each: Hanging, pool: dict[Any, Any], values: dict[str, Any]) -> Any:
    """One saved record, with what its columns ask for; keys lead to the records already made."""
    record = each.model()
    for field in each.model._meta.local_concrete_fields:
        if field.name in values:
            setattr(record, field.name, values[field.name])
        elif field.is_relation and (field.related_model in pool):
            setattr(record, field.name, pool[field.related_model])
        elif not (field.null or field.blank or field.has_default() or field.primary_key):
            setattr(record, field.name, _asked(each.model, field))
    if each.model is ItemAnswer:
        record.value = "yes"
    if each.label == "privacy.LegalHold":
        record.lifted_by = User.objects.first()
    if each.label == "cases.ConflictOfInterest":
        record.ended_by = User.objects.first()
    # Not save(): what a record checks of its neighbours is not the question here.
    each.model._base_manager.bulk_create([record])
    return record


def _asked(model: Any, field: models.Field) -> Any:
    if field.is_relation:
        related = field.related_model
        found = related._base_manager.order_by("pk").first()
        return found or made(Hanging(related, ()), {}, {})
    if field.unique and isinstance(field, models.CharField):
        return uuid.uuid4().hex[: field.max_length]
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return dt.datetime(2019, 5, 6, tzinfo=dt.UTC)
    if isinstance(field, models.DateField):
        return DAY
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.CharField | models.TextField):
        return (
            "" if field.blank or field.unique else uuid.uuid4().hex[: min(field.max_length or 8, 7)]
        )
    if isinstance(field, models.BinaryField):
        return b"x"
    if isinstance(field, models.JSONField):
        return {}
    return 1


_SAMPLE: dict[str, Any] = {"status": "open", "title": "Échantillon", "abandon_reason": ""}


# ------------------------------------------------------------------ what is kept anywhere
def everything_stored() -> str:
    """Every value of every table, as text in lower case."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        parts: list[str] = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            parts += [_as_text(value) for row in cursor.fetchall() for value in row]
    return "\n".join(parts).lower()


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return "" if value is None else str(value)


@lru_cache(maxsize=4)
def _planted(text: str) -> frozenset[str]:
    """Everything in a text that could be a canary, overlapping ones too."""
    return frozenset(re.findall(r"(?=(q[0-9a-z]{6}))", text))


def still_there(person: Person, text: str) -> set[str]:
    """The canaries of a person that a text holds."""
    planted = _planted(text)
    return {
        word
        for word in person.canaries.words
        if word in planted or (len(word) != WIDTH and word in text)
    }


def erase(person: Person, cast: Any, days: int = 8) -> Erasure:
    """Proposed by the privacy officer, approved by the lead, carried out after the days of grace."""
    erasure = approved(person, cast)
    done = carry_out_due(now=timezone.now() + dt.timedelta(days=days))
    assert (done.erased, done.held, done.problems) == (1, 0, [])
    erasure.refresh_from_db()
    return erasure


def approved(person: Person, cast: Any) -> Erasure:
    """Proposed by the privacy officer, approved by the lead."""
    return move_erasure(propose(person.participant, by=cast["privacy"]), "approve", by=cast["lead"])
