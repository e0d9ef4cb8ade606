"""What the writers write: one of each kind of write, through the services that pages and API call.

Each operation has a mark of its own, which stands in what it writes: so it can be found, whole or not at
all, also when its writer died before telling.
"""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import CalendarFeed, Case, Document, FollowUp, Note
from cases.services.calendars import renew_calendar, revoke_calendar
from cases.services.cases import move_case, open_case, update_case
from cases.services.documents import add_document, withdraw_document
from cases.services.follow_ups import add_follow_up, complete_follow_up
from cases.services.notes import add_note
from cases.services.participants import give_consent
from cases.workflow import CaseStatus
from organizations.models import Region
from organizations.services.grants import give_grant
from organizations.services.reference import load_reference
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.errors import DomainError
from peph.outbox.services import post
from tests.cases.files import named, pdf

DAY = dt.date(2026, 9, 1)
BULK = 20
# One operation writes these together, or none of them.
Written = Sequence[Any]


def build(writers: int) -> None:
    """The reference data and one coordinator for each writer, in one region, with a case to begin with."""
    load_reference()
    region = Region.objects.get(code="03")
    for each in range(writers):
        user = User.objects.create_user(address(each), "x" * 20, first_name="W", last_name="Riter")
        give_grant(by=SYSTEM, user=user, role="coordinate", on=region, reason="Campagne")
        open_a_case(Writer(user, region, random.Random(each)), f"begin {each}")


def address(writer: int) -> str:
    return f"writer-{writer}@exemple.qc.ca"


@dataclass
class Writer:
    """One person at work."""

    user: User
    region: Region
    chance: random.Random

    def case(self) -> Case:
        """One of the last cases, whoever opened it: writers get in each other's way."""
        last = Case.objects.filter(coordinator__email__startswith="writer-").order_by("-id")[:30]
        return self.chance.choice(list(last))


def open_a_case(writer: Writer, mark: str) -> Written:
    case = open_case(
        by=writer.user,
        region=writer.region,
        person={"last_name": mark, "first_name": "Noa", "birth_date": dt.date(1995, 6, 7)},
        referred_on=DAY,
        referring_agency=mark,
    )
    return [case, case.participant]


def edit_a_case(writer: Writer, mark: str) -> Written:
    return [update_case(writer.case(), by=writer.user, referring_agency=mark)]


def move_a_case(writer: Writer, mark: str) -> Written:
    """One step on, and from matching back again; the consent in the same change as what needs it."""
    case = writer.case()
    if case.status == CaseStatus.INTAKE and not case.participant.consents.exists():
        with change(by=writer.user, verb="cases.case.start-review", case=case):
            consent = give_consent(
                case.participant, by=writer.user, purpose="case_management",
                text_version="2026-01", given_on=DAY,
            )  # fmt: skip
            moved = move_case(case, "start-review", by=writer.user, applied_on=DAY)
        return [consent, moved]
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        CaseStatus.REFERRED: ("start-intake", {"first_contact_on": DAY}),
        CaseStatus.INTAKE: ("start-review", {"applied_on": DAY}),
        CaseStatus.ELIGIBILITY_REVIEW: ("admit", {"decided_on": DAY, "reason": mark}),
        CaseStatus.ELIGIBLE: ("start-matching", {}),
        CaseStatus.MATCHING: ("stop-matching", {"reason": mark}),
    }
    name, inputs = steps[case.status]
    return [move_case(case, name, by=writer.user, **inputs)]


def plan_and_do(writer: Writer, mark: str) -> Written:
    """A follow-up done, and the next one planned in the same change."""
    case = writer.case()
    with change(by=writer.user, verb="cases.follow-up.done", case=case):
        planned = add_follow_up(case, by=writer.user, subject=mark, due_on=DAY)
        done = complete_follow_up(
            planned, by=writer.user, done_on=timezone.localdate(), mode="call",
            next_due_on=DAY + dt.timedelta(days=30), next_subject=mark,
        )  # fmt: skip
    return list(FollowUp.objects.filter(subject=done.subject))


def write_many(writer: Writer, mark: str) -> Written:
    case = writer.case()
    with change(by=writer.user, verb="cases.note.add", case=case):
        return Note.objects.bulk_create(
            [Note(case=case, author=writer.user, text=f"{mark} ({n})") for n in range(BULK)]
        )


def put_in_a_document(writer: Writer, mark: str) -> Written:
    content = pdf(mark.encode() + writer.chance.randbytes(9_000).hex().encode())
    file = named(content, f"{mark}.pdf")
    return [add_document(writer.case(), by=writer.user, file=file, kind="other", title=mark)]


def withdraw_a_document(writer: Writer, mark: str) -> Written:
    there = Document.objects.filter(withdrawn_on__isnull=True).select_related("case").first()
    if there is None:
        return put_in_a_document(writer, mark)
    return [withdraw_document(there, by=writer.user, reason=mark)]


def make_and_unmake(writer: Writer, mark: str) -> Written:
    """A deletion where there is something to delete: the row must be gone, and its history there."""
    found = CalendarFeed.objects.filter(user=writer.user).first()
    if found is None:
        renew_calendar(writer.user, by=writer.user)
        return [CalendarFeed.objects.get(user=writer.user)]
    key = found.pk
    revoke_calendar(writer.user, by=writer.user)
    found.pk = key
    return [found]


def note_and_message(writer: Writer, mark: str) -> Written:
    case = writer.case()
    with change(by=writer.user, verb="cases.note.add", case=case):
        note = add_note(case, by=writer.user, text=mark)
        _message(mark)
    return [note]


def note_then_message(writer: Writer, mark: str) -> Written:
    """A control, as a careless service would do it: the message in a transaction of its own."""
    note = add_note(writer.case(), by=writer.user, text=mark)
    with transaction.atomic():
        _message(mark)
    return [note]


def _message(mark: str) -> None:
    post(key=mark, to="quelquun@exemple.qc.ca", language="fr", subject="Note", body=mark)


Operation = Callable[[Writer, str], Written]
OPERATIONS: tuple[Operation, ...] = (
    open_a_case,
    edit_a_case,
    move_a_case,
    plan_and_do,
    write_many,
    put_in_a_document,
    withdraw_a_document,
    make_and_unmake,
    note_and_message,
)


def perform(operation: Operation, writer: Writer, mark: str) -> Written:
    """What was written; nothing when somebody else was faster."""
    with suppress(DomainError):
        return operation(writer, mark)
    return []
