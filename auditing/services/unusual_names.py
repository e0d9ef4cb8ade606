"""Cases opened by somebody who bears a name of their participant."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from cases.models import Case
from peph.accounts.models import User
from peph.audit.models import AccessLog
from peph.text import plain

# Shorter words of a name are “de”, “la”, “le”, initials.
LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How often somebody opened, on one day, a case whose participant bears their name."""

    actor_id: Any
    case_id: Any
    day: dt.date
    times: int
    is_own: bool


def name_matches(rows: QuerySet[AccessLog]) -> list[NameMatch]:
    """Matches among these lines; three queries, whatever their number."""
    opened = (
        rows.filter(Q(case_id__isnull=False))
        .annotate(day=TruncDate("at"))
        .values_list("actor_id", "case_id", "day")
        .annotate(times=Count("pk"))
    )
    found = list(opened)
    people = User.objects.in_bulk({actor for actor, *_rest in found})
    persons = {
        case.pk: case.participant
        for case in Case.objects.select_related("participant").filter(
            pk__in={case for _actor, case, *_rest in found}
        )
    }
    matches = []
    for actor, case, day, times in found:
        reader, person = people.get(actor), persons.get(case)
        if reader is None or person is None:
            continue
        is_own = _is_own(reader, person)
        if is_own or _words(reader.last_name) & _words(person.last_name):
            matches.append(NameMatch(actor, case, day, times, is_own))
    return matches


def _is_own(reader: User, person: Any) -> bool:
    if person.email and person.email.strip().lower() == reader.email:
        return True
    names = ("first_name", "last_name")
    return all(plain(getattr(reader, name)) == plain(getattr(person, name)) for name in names)


def _words(name: str) -> set[str]:
    return {word for word in plain(name).split() if len(word) >= LEAST_LETTERS}
