"""Who opened the file of one person, in words the person understands: for a list handed to them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditing.services.access_lines import kind_text, who_text
from cases.models import Case, Consent, DisabilityRecord, Participant
from peph.accounts.models import User
from peph.audit.models import AccessLog
from peph.moments import midnight
from peph.scopes import grant_models, live_grants

# Days × people × what; more than that is asked for by a shorter period.
MOST_LINES = 3000
READ = ("open", "health", "export")
# (verb, kind of record) → what was done, said to the person.
TOLD = {
    ("open", "cases.case"): gettext_lazy("opened your file"),
    ("open", "cases.participant"): gettext_lazy("opened your personal information"),
    ("open", "cases.document"): gettext_lazy("opened a document of your file"),
}
TOLD_OF_VERB = {
    "health": gettext_lazy("read your health information"),
    "export": gettext_lazy("copied information of your file into an export"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What one person read of the file on one day, and how many times."""

    who: str
    roles: str
    what: str
    times: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the list."""

    day: dt.date
    accesses: Sequence[Access]


def accesses_of(
    person: Participant, cases: Sequence[Case], since: dt.date, until: dt.date
) -> tuple[list[Day], bool]:
    """Who read these cases and the person, the newest day first; and whether there was more than is given."""
    counted = (
        lines_about(person, cases)
        .filter(at__gte=midnight(since), at__lt=midnight(until + dt.timedelta(days=1)))
        .order_by()
        .annotate(day=TruncDate("at"))
        .values("day", "actor_id", "channel", "verb", "model")
        .annotate(times=Count("pk"))
        .order_by("-day", "actor_id", "verb", "model")
        .values_list("day", "actor_id", "channel", "verb", "model", "times", named=True)
    )
    rows = list(counted[: MOST_LINES + 1])
    has_more, rows = len(rows) > MOST_LINES, rows[:MOST_LINES]
    ids: set[Any] = {row.actor_id for row in rows} - {None}
    people, roles = User.objects.in_bulk(ids), _roles(ids)
    days: defaultdict[dt.date, dict[tuple[str, str, str], int]] = defaultdict(dict)
    for row in rows:
        # Channels and kinds that read the same are one line.
        key = who_text(row, people), roles.get(row.actor_id, ""), told(row.verb, row.model)
        days[row.day][key] = days[row.day].get(key, 0) + row.times
    found = [
        Day(day, [Access(*key, times) for key, times in sorted(read.items())])
        for day, read in days.items()
    ]
    return found, has_more


def lines_about(person: Participant, cases: Sequence[Case]) -> QuerySet[AccessLog]:
    """The lines of the log in which something of this person was read, refusals and lists left out."""
    keys = [str(person.pk)]
    for model in (Consent, DisabilityRecord):
        own = model._default_manager.filter(participant=person).values_list("pk", flat=True)
        keys += [str(key) for key in own]
    about = Q(case_id__in=[case.pk for case in cases]) | Q(object_id__in=keys)
    exported = Q(pk__in=())
    for key in (str(person.pk), *(str(case.pk) for case in cases)):
        exported |= Q(keys_text__contains=f'"{key}"')
    rows = AccessLog.objects.annotate(keys_text=Cast("object_ids", TextField()))
    return rows.filter(about & Q(verb__in=READ) | exported & Q(verb="export"))


def told(verb: str, model: str) -> str:
    """What was done, as the person would say it."""
    known = TOLD_OF_VERB.get(verb) or TOLD.get((verb, model))
    return str(known) if known else _("opened in your file: %(kind)s") % {"kind": kind_text(model)}


def _roles(ids: set[Any]) -> dict[Any, str]:
    """Each reader → the roles they hold today, with where; an exception on a case names no case."""
    found: defaultdict[Any, list[str]] = defaultdict(list)
    for model in grant_models():
        grants: Any = model._default_manager.filter(live_grants(), user_id__in=ids)
        for grant in grants.select_related("permission", "content_object"):
            where = "" if isinstance(grant.content_object, Case) else str(grant.content_object)
            found[grant.user_id].append(
                f"{grant.role_label} ({where})" if where else grant.role_label
            )
    return {user: ", ".join(sorted(set(texts))) for user, texts in found.items()}
