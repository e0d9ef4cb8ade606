"""One run: a scratch database with made-up change sets, then every filter beside its raw indexed query."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db import DatabaseError
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from auditing.benchmark import data, floors
from auditing.benchmark.floors import Floor
from auditing.lists.change_sets import ChangeSetFilter
from auditing.lists.searching import NEWEST_NUMBER_FIRST as _ORDER
from cases.benchmark.data import Filler
from cases.benchmark.floors import PAGE
from cases.benchmark.people import officers
from cases.benchmark.requests import getter
from cases.benchmark.scratch import scratch_database, settle
from cases.benchmark.timing import CannotMeasure, Measure, Result, measured
from cases.models import Case
from organizations.models import HostOrganization, Program, Region
from organizations.services.grants import give_grant
from peph.accounts.models import User
from peph.audit.changes import SYSTEM
from peph.audit.index_terms import field_term, kind_term, place_term
from peph.audit.models import ChangeSet
from peph.errors import DomainError
from peph.moments import midnight
from peph.paging import page_of

CASES = 1000
SERVED = {"ROOT_URLCONF": "auditing.benchmark.urls", "ALLOWED_HOSTS": ["testserver"]}
FREQUENT_REGION, RARE_REGION = "06", "10"

# Name, what the address asks, the floor.
Asked = tuple[str, dict[str, Any], Floor]


def benchmark(
    count: int, *, seed: int, seconds: float, keep: bool, progress: Any
) -> tuple[str, list[Result]]:
    """Measure with that many change sets. Raises CannotMeasure."""
    try:
        with scratch_database(keep=keep) as name, override_settings(**SERVED):
            filler = Filler(officers(), cases=CASES, seed=seed)
            filler.fill(CASES, progress)
            rare = User.objects.create_user("rare@exemple.qc.ca", None, last_name="Rareté")
            auditor = User.objects.create_user("auditor@exemple.qc.ca", None, last_name="Essai")
            regional = User.objects.create_user("regional@exemple.qc.ca", None, last_name="Essai")
            _grant(auditor, Program.objects.get())
            _grant(regional, Region.objects.get(code=FREQUENT_REGION))
            data.fill(count, rare, progress)
            settle()
            results = measure_all(auditor, regional, rare, seconds, progress)
            return name, results
    except (DatabaseError, DomainError, OSError) as error:
        raise CannotMeasure(str(error)) from error


def measure_all(
    auditor: User, regional: User, rare: User, seconds: float, progress: Any
) -> list[Result]:
    """Every measure beside its floor."""
    measures = list(_measures(auditor, regional, rare))
    results = []
    for done, each in enumerate(measures):
        progress("measures", done, len(measures))
        results.append(measured(each, seconds))
    progress("measures", len(measures), len(measures))
    return results


def _grant(user: User, on: Any) -> None:
    give_grant(by=SYSTEM, user=user, role="audit", on=on, reason="Banc d’essai")


def _measures(auditor: User, regional: User, rare: User) -> Iterator[Measure]:
    for user, asked in (
        (auditor, list(_asked(rare))),
        (regional, list(_asked_of_a_region())),
    ):
        get = getter(user)
        for name, given, floor in asked:
            floors.known[name] = floor
            query = {key: str(value) for key, value in given.items()}
            address = urlencode({**query, "page_size": PAGE})
            raw = get(reverse("audit_floor", args=[name]))
            yield Measure(f"query.{name}", _finder(user, query), _raw(floor))
            yield Measure(f"api.{name}", get(f"{reverse('api-change-set-list')}?{address}"), raw)
            page = urlencode(query)
            yield Measure(f"page.{name}", get(f"{reverse('auditing:change_set_list')}?{page}"), raw)


class _Request:
    """What a filter asks of a request."""

    def __init__(self, user: User) -> None:
        self.user = user


def _finder(user: User, query: dict[str, str]) -> Callable[[], bytes]:
    """What the list asks of the database, its question told before: a page of change sets, made JSON."""
    asked = {key: value for key, value in query.items() if key != "cursor"}
    filterset = ChangeSetFilter(asked, ChangeSet.objects.none(), request=_Request(user))
    search, cursor = filterset.found(), query.get("cursor", "")

    def find() -> bytes:
        rows = search.page(cursor, PAGE).rows
        return orjson.dumps([[row.number, row.at, row.verb, row.actor_id] for row in rows])

    return find


def _raw(floor: Floor) -> Callable[[], bytes]:
    return lambda: floors.found(floor)


def _asked(rare: User) -> Iterator[Asked]:
    """Every filter, with a frequent value and a rare one; the first page and one far down."""
    last = ChangeSet.objects.order_by("-number").values_list("number", flat=True)[0]
    deep = last // 10
    regions = {region.code: region for region in Region.objects.all()}
    often = User.objects.get(email=f"coordinator-{FREQUENT_REGION}@exemple.qc.ca")
    hosts = _organizations()
    yield "everything", {}, floors.column("", None)
    yield "everything.deep", {"cursor": _cursor(deep)}, floors.column("", None, deep)
    by_column: list[tuple[str, dict[str, Any], str, Any]] = [
        ("person.frequent", {"person": often.pk}, "actor_id", data.raw(often.pk)),
        ("person.rare", {"person": "rareté"}, "actor_id", data.raw(rare.pk)),
        ("role.frequent", {"role": "coordinate"}, "role", "coordinate"),
        ("role.rare", {"role": "protect"}, "role", "protect"),
        ("channel.frequent", {"channel": "page"}, "channel", "page"),
        ("channel.rare", {"channel": "link"}, "channel", "link"),
        ("verb.frequent", {"verb": data.FREQUENT_VERB}, "verb", data.FREQUENT_VERB),
        ("verb.rare", {"verb": data.RARE_VERB}, "verb", data.RARE_VERB),
    ]
    for name, query, column, value in by_column:
        yield name, query, floors.column(column, value)
    by_term: list[tuple[str, dict[str, Any], str]] = [
        ("kind.frequent", {"kind": data.FREQUENT_KIND}, kind_term(data.FREQUENT_KIND)),
        ("kind.rare", {"kind": data.RARE_KIND}, kind_term(data.RARE_KIND)),
        ("field.frequent", {"field": data.FREQUENT_FIELD}, _field(data.FREQUENT_FIELD)),
        ("field.rare", {"field": data.RARE_FIELD}, _field(data.RARE_FIELD)),
        *(
            (
                f"region.{word}",
                {"region": regions[code].pk},
                place_term("region", regions[code].pk),
            )
            for word, code in (("frequent", FREQUENT_REGION), ("rare", RARE_REGION))
        ),
        *(
            (f"organization.{word}", {"organization": pk}, place_term("organization", pk))
            for word, pk in (("frequent", hosts[0]), ("rare", hosts[-1]))
        ),
    ]
    for name, query, text in by_term:
        yield name, query, floors.term(text)
    frequent = kind_term(data.FREQUENT_KIND)
    query = {"kind": data.FREQUENT_KIND, "cursor": _cursor(deep)}
    yield "kind.frequent.deep", query, floors.term(frequent, deep)
    yield from _period(deep)
    case = Case.objects.order_by("pk").first()
    assert case is not None  # noqa: S101 there are a thousand
    yield "case", {"number": case.number}, floors.column("case_id", data.raw(case.pk))


def _field(path: str) -> str:
    label, _dot, name = path.rpartition(".")
    return field_term(label, name)


def _period(number: int) -> Iterator[Asked]:
    """One day long ago, and the last thirty."""
    at = ChangeSet.objects.get(number=number).at
    day = timezone.localtime(at).date()
    begin = midnight(day)
    days: list[Any] = [begin, begin + dt.timedelta(days=1)]
    sql = f"SELECT number FROM {ChangeSet._meta.db_table} WHERE at >= %s AND at < %s"  # noqa: S608
    if data.connection.vendor == "sqlite":
        days = [each.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S") for each in days]
    yield "period.day", {"since": day, "until": day}, Floor(sql, days)
    month = timezone.localdate() - dt.timedelta(days=30)
    yield "period.month", {"since": month}, floors.column("", None)


def _organizations() -> list[Any]:
    """Keys of the organisations that host somebody, the busiest first."""
    hosting = Case.objects.exclude(organization=None).values_list("organization_id", flat=True)
    counted = sorted(HostOrganization.objects.filter(pk__in=hosting), key=lambda each: each.acronym)
    taken = list(hosting)
    counted.sort(key=lambda each: -taken.count(each.pk))
    return [each.pk for each in counted]


def _asked_of_a_region() -> Iterator[Asked]:
    """The scope alone: what an auditor of one region sees first, and far down."""
    region = Region.objects.get(code=FREQUENT_REGION)
    text = place_term("region", region.pk)
    last = ChangeSet.objects.order_by("-number").values_list("number", flat=True)[0]
    yield "scope.region", {}, floors.term(text)
    yield "scope.region.deep", {"cursor": _cursor(last // 10)}, floors.term(text, last // 10)


def _cursor(number: int) -> str:
    """The cursor of the page after this number."""
    rows = list(ChangeSet.objects.filter(number__lte=number).order_by("-number")[:2])
    return page_of(lambda *asked: rows, order=_ORDER, size=1).next or ""
