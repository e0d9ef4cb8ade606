"""What a write costs with its rules and its history, beside the same rows saved plainly.

Each write is committed on both sides. "save" and "bulk" are the history alone; "service" is what a page or
the API calls: the rights asked anew, the row locked, every field and constraint checked.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.benchmark.data import Filler
from cases.benchmark.people import Reader
from cases.benchmark.timing import CannotMeasure, Measure
from cases.benchmark.twins import Twins, copied
from cases.models import Case, Participant
from cases.services.cases import move_case, open_case, update_case
from cases.workflow import CaseStatus
from peph.audit.changes import change

BULK = 1000
BATCH = 500
PERSON = ("last_name", "first_name", "birth_date", "email", "phone", "postal_code")


@dataclass(frozen=True)
class Fresh:
    """Unsaved cases with their participants, and copies of both for the twins."""

    people: Sequence[Participant]
    cases: Sequence[Case]
    plain_people: Sequence[Any]
    plain_cases: Sequence[Any]


def writes(filler: Filler, coordinator: Reader, twins: Twins) -> Iterator[Measure]:
    """One row saved, one action through the services, many rows at once."""
    case = _eligible(coordinator)
    plain = twins.case.objects.get(pk=case.pk)

    def one() -> tuple[Fresh]:
        return (_fresh(filler, twins, 1),)

    def many() -> tuple[Fresh]:
        return (_fresh(filler, twins, BULK),)

    yield from _saves(filler.people.lead, case, plain, one)
    yield from _services(coordinator.user, case, plain, one)
    yield Measure(
        "bulk.insert",
        lambda fresh: _bulk(filler.people.lead, fresh),
        lambda fresh: _bulk_plainly(twins, fresh),
        prepare=many,
        is_long=True,
    )


def _saves(lead: Any, case: Case, plain: Any, one: Any) -> Iterator[Measure]:
    turn = itertools.count()

    def update() -> None:
        case.referring_agency = f"Organisme {next(turn)}"
        with change(by=lead, verb="cases.case.update", case=case):
            case.save()

    def update_plainly() -> None:
        plain.referring_agency = f"Organisme {next(turn)}"
        _save(plain)

    def insert(fresh: Fresh) -> None:
        with change(by=lead, verb="cases.case.open", case=fresh.cases[0]):
            fresh.people[0].save()
            fresh.cases[0].save()

    yield Measure("save.update", update, update_plainly)
    yield Measure("save.insert", insert, _insert_plainly, prepare=one)


def _services(user: Any, case: Case, plain: Any, one: Any) -> Iterator[Measure]:
    turn = itertools.count()
    there_and_back: Iterator[tuple[str, dict[str, Any]]] = itertools.cycle(
        (("start-matching", {}), ("stop-matching", {"reason": "Banc d’essai"}))
    )
    statuses = itertools.cycle((CaseStatus.MATCHING, CaseStatus.ELIGIBLE))

    def create(fresh: Fresh) -> None:
        person = {name: getattr(fresh.people[0], name) for name in PERSON}
        new = fresh.cases[0]
        open_case(
            by=user,
            region=case.region,
            person=person,
            referred_on=new.referred_on,
            referring_agency=new.referring_agency,
        )

    def update() -> None:
        update_case(case, by=user, referring_agency=f"Organisme {next(turn)}")

    def update_plainly() -> None:
        plain.referring_agency = f"Organisme {next(turn)}"
        _save(plain)

    def move() -> None:
        name, inputs = next(there_and_back)
        move_case(case, name, by=user, **inputs)

    def move_plainly() -> None:
        plain.status = next(statuses)
        _save(plain)

    yield Measure("service.create", create, _insert_plainly, prepare=one)
    yield Measure("service.update", update, update_plainly)
    yield Measure("service.transition", move, move_plainly)


def _eligible(coordinator: Reader) -> Case:
    """A case of the coordinator that can go to matching and back."""
    found = (
        Case.objects.visible_to(coordinator.user)
        .filter(status=CaseStatus.ELIGIBLE)
        .select_related("region")
        .first()
    )
    if found is None:
        raise CannotMeasure("The coordinator has no eligible case: ask for more cases.")
    return found


def _fresh(filler: Filler, twins: Twins, count: int) -> Fresh:
    cases = [filler.draw().case for _each in range(count)]
    people = [case.participant for case in cases]
    return Fresh(
        people,
        cases,
        [copied(person, twins.participant) for person in people],
        [copied(case, twins.case) for case in cases],
    )


def _save(plain: Any) -> None:
    plain.version += 1
    plain.updated_at = timezone.now()
    plain.save()


def _insert_plainly(fresh: Fresh) -> None:
    with transaction.atomic():
        fresh.plain_people[0].save()
        fresh.plain_cases[0].save()


def _bulk(lead: Any, fresh: Fresh) -> None:
    with change(by=lead, verb="cases.import"):
        Participant.objects.bulk_create(fresh.people, BATCH)
        Case.objects.bulk_create(fresh.cases, BATCH)


def _bulk_plainly(twins: Twins, fresh: Fresh) -> None:
    with transaction.atomic():
        twins.participant.objects.bulk_create(fresh.plain_people, BATCH)
        twins.case.objects.bulk_create(fresh.plain_cases, BATCH)
