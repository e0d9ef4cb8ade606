"""Reading out of the ordinary: the one place that says what is worth a second look, and why.

A flag accuses nobody: it says which lines to read. Four rules, over the lines its reader may see:

- volume: in one day, one person opened more distinct records, was shown more rows in lists, exported or was
  refused more often than `max(floor, 3 × usual)`. Usual is the 95th centile of daily counts over the 30 days
  before, days without any reading left out: the smaller of the person's own and of all people who hold a
  role in common with them, each taken into account from 5 such days on. With neither, the floor alone.
- night: anything opened between 22:00 and 06:00, local time.
- refusals: 5 or more within 10 minutes.
- name: a case opened by its own participant (same e-mail, or same first and last name), or by somebody
  with a family name in common with its participant.

Counting is the database's: baselines are asked for only where a floor is passed.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from auditing.services.unusual_names import NameMatch, name_matches
from peph.audit.models import AccessLog
from peph.moments import midnight
from peph.scopes import grant_models, live_grants

# Measure → the daily count up to which nothing is ever said.
FLOORS = {"opened": 50, "listed": 1000, "exported": 5, "refused": 10}
TIMES, CENTILE = 3, 0.95
HABIT_DAYS, LEAST_DAYS = 30, 5
NIGHT_FROM, NIGHT_TO = 22, 6
BURST, BURST_MINUTES = 5, 10
DEFAULT_DAYS, MOST_DAYS, MOST_FLAGS = 7, 31, 200
OPENED, SHOWN = ("open", "health"), ("list", "search")
VERBS = {"opened": OPENED, "listed": SHOWN, "exported": ("export",), "refused": ("refuse",)}
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at: who, which day, how much, beside what is usual."""

    kind: str  # opened, listed, exported, refused, night, burst, self, family
    actor_id: Any
    day: dt.date
    value: int
    limit: int = 0
    own: int | None = None
    peers: int | None = None
    case_id: Any = None

    @property
    def verbs(self) -> tuple[str, ...]:
        return VERBS.get(self.kind) or (("refuse",) if self.kind == "burst" else OPENED)

    @property
    def q(self) -> Q:
        """The lines behind it."""
        lines = Q(
            actor_id=self.actor_id,
            verb__in=self.verbs,
            at__gte=midnight(self.day),
            at__lt=midnight(self.day + dt.timedelta(days=1)),
        )
        return lines & Q(case_id=self.case_id) if self.case_id else lines

    def query(self, **more: str) -> str:
        """The same lines as the address of the list."""
        day = self.day.isoformat()
        verb = {"verb": self.verbs[0]} if len(self.verbs) == 1 else {}
        return urlencode({"actor": str(self.actor_id), "since": day, "until": day, **verb, **more})


def period(since: dt.date | None, until: dt.date | None) -> tuple[dt.date, dt.date]:
    """The days looked at: the last week unless said otherwise, and never more than a month."""
    last = min(until or timezone.localdate(), timezone.localdate())
    first = since or last - dt.timedelta(days=DEFAULT_DAYS - 1)
    return max(first, last - dt.timedelta(days=MOST_DAYS - 1)), last


def flags(rows: QuerySet[AccessLog], since: dt.date, until: dt.date) -> list[Flag]:
    """What is out of the ordinary among these lines from `since` to `until`, the newest day first."""
    inside = _between(rows, since, until)
    days = _daily(inside)
    found = _volumes(rows, days)
    found += [
        Flag("night", actor, day, counts["night"])
        for (actor, day), counts in days.items()
        if counts["night"]
    ]
    found += _bursts(inside)
    found += [_named(match) for match in name_matches(inside.filter(verb__in=OPENED))]
    found.sort(key=lambda flag: (flag.kind, str(flag.actor_id), str(flag.case_id)))
    found.sort(key=lambda flag: flag.day, reverse=True)
    return found[:MOST_FLAGS]


def _between(rows: QuerySet[AccessLog], since: dt.date, until: dt.date) -> QuerySet[AccessLog]:
    return rows.filter(
        at__gte=midnight(since),
        at__lt=midnight(until + dt.timedelta(days=1)),
        actor_id__isnull=False,
    ).order_by()


class _Length(Func):
    """How many keys a list of keys holds."""

    function, output_field = "JSON_ARRAY_LENGTH", IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH", **more)


def _daily(rows: QuerySet[AccessLog]) -> dict[tuple[Any, dt.date], Counts]:
    """(person, local day) → what they did that day."""
    night = Q(hour__gte=NIGHT_FROM) | Q(hour__lt=NIGHT_TO)
    opened = Q(verb__in=OPENED) & ~Q(object_id="")
    counted = (
        rows.annotate(day=TruncDate("at"), hour=ExtractHour("at"))
        .values("actor_id", "day")
        .annotate(
            opened=Count("object_id", filter=opened, distinct=True),
            listed=Sum(_Length("object_ids"), filter=Q(verb__in=SHOWN), default=0),
            exported=Count("pk", filter=Q(verb="export")),
            refused=Count("pk", filter=Q(verb="refuse")),
            night=Count("object_id", filter=opened & night, distinct=True),
        )
    )
    measures = (*FLOORS, "night")
    rows_read: list[Any] = list(counted)
    return {
        (row["actor_id"], row["day"]): {name: row[name] for name in measures} for row in rows_read
    }


# ------------------------------------------------------------------ volume
def _volumes(rows: QuerySet[AccessLog], days: dict[tuple[Any, dt.date], Counts]) -> list[Flag]:
    high = [
        (actor, day, measure, counts[measure])
        for (actor, day), counts in days.items()
        for measure, floor in FLOORS.items()
        if counts[measure] > floor
    ]
    if not high:
        return []
    alike = _people_alike({actor for actor, *_rest in high})
    everybody = {actor for actor, *_rest in high}.union(*alike.values())
    first = min(day for _actor, day, *_rest in high) - dt.timedelta(days=HABIT_DAYS)
    last = max(day for _actor, day, *_rest in high)
    habits = _daily(_between(rows.filter(actor_id__in=everybody), first, last))
    found = []
    for actor, day, measure, value in high:
        own = _usual(habits, {actor}, day, measure)
        peers = _usual(habits, alike[actor] - {actor}, day, measure)
        known = [each for each in (own, peers) if each is not None]
        limit = max(FLOORS[measure], TIMES * min(known)) if known else FLOORS[measure]
        if value > limit:
            found.append(Flag(measure, actor, day, value, limit, own, peers))
    return found


def _usual(
    habits: dict[tuple[Any, dt.date], Counts], people: set[Any], day: dt.date, measure: str
) -> int | None:
    """The 95th centile (nearest rank) of these people's days in the month before; None when too few."""
    first = day - dt.timedelta(days=HABIT_DAYS)
    counts = sorted(
        row[measure]
        for (actor, each), row in habits.items()
        if actor in people and first <= each < day
    )
    return counts[math.ceil(CENTILE * len(counts)) - 1] if len(counts) >= LEAST_DAYS else None


def _people_alike(actors: Iterable[Any]) -> dict[Any, set[Any]]:
    """Each person → everybody who holds a role in common with them today."""
    holders: defaultdict[str, set[Any]] = defaultdict(set)
    for model in grant_models():
        live: Any = model._default_manager.filter(live_grants())
        for user, role in live.values_list("user_id", "permission__codename"):
            holders[role].add(user)
    return {
        actor: set().union(*(people for people in holders.values() if actor in people))
        for actor in actors
    }


# ------------------------------------------------------------------ refusals, names
def _bursts(rows: QuerySet[AccessLog]) -> list[Flag]:
    refused = rows.filter(verb="refuse")
    many = refused.values("actor_id").annotate(many=Count("pk")).filter(many__gte=BURST)
    times: defaultdict[Any, list[dt.datetime]] = defaultdict(list)
    wanted = refused.filter(actor_id__in=many.values("actor_id"))
    for actor, at in wanted.order_by("actor_id", "at").values_list("actor_id", "at"):
        times[actor].append(at)
    span = dt.timedelta(minutes=BURST_MINUTES)
    most: defaultdict[tuple[Any, dt.date], int] = defaultdict(int)
    for actor, moments in times.items():
        first = 0
        for last, at in enumerate(moments):
            while at - moments[first] > span:
                first += 1
            if last - first + 1 >= BURST:
                key = actor, timezone.localdate(at)
                most[key] = max(most[key], last - first + 1)
    return [Flag("burst", actor, day, value, BURST) for (actor, day), value in most.items()]


def _named(match: NameMatch) -> Flag:
    kind = "self" if match.is_own else "family"
    return Flag(kind, match.actor_id, match.day, match.times, case_id=match.case_id)
