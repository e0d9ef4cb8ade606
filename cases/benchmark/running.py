"""One run: a scratch database filled with cases, then every measure beside its floor."""

from collections.abc import Iterator

from django.db import DatabaseError
from django.test.utils import override_settings

from cases.benchmark.data import Filler, Progress
from cases.benchmark.people import officers, readers
from cases.benchmark.reads import reads
from cases.benchmark.requests import requests
from cases.benchmark.scratch import scratch_database, settle
from cases.benchmark.timing import CannotMeasure, Measure, Result, measured
from cases.benchmark.twins import Twins
from cases.benchmark.writes import writes
from cases.models import Case
from cases.services.cases import update_case
from peph.accounts.models import User
from peph.errors import DomainError

FEWEST_CASES = 200
# The service as it is, with the floor's views beside its own.
SERVED = {"ROOT_URLCONF": "cases.benchmark.urls", "ALLOWED_HOSTS": ["testserver"]}
CHANGES_OF_A_BUSY_CASE = 40


def benchmark(
    cases: int, *, seed: int, seconds: float, keep: bool, progress: Progress
) -> tuple[str, list[Result]]:
    """Measure with that many cases, each measure for about `seconds`.

    Answers the name of the scratch database, which `keep` leaves, and the results. Raises CannotMeasure.
    """
    if cases < FEWEST_CASES:
        raise CannotMeasure(f"At least {FEWEST_CASES} cases are needed.")
    try:
        with scratch_database(keep=keep) as name, override_settings(**SERVED):
            filler = Filler(officers(), cases=cases, seed=seed)
            filler.fill(cases, progress)
            found = [measured(each, seconds) for each in _measures(filler, progress)]
            return name, found
    except (DatabaseError, DomainError, OSError) as error:
        raise CannotMeasure(str(error)) from error


def _measures(filler: Filler, progress: Progress) -> Iterator[Measure]:
    people = readers(filler.people.lead)
    coordinator = people[0]
    busy = _busy_case(coordinator.user)
    settle()
    twins = Twins()
    twins.make()
    measures = [
        *reads(people, busy),
        *requests(people, busy),
        *writes(filler, coordinator, twins),
    ]
    for done, each in enumerate(measures):
        progress("measures", done, len(measures))
        yield each
    progress("measures", len(measures), len(measures))
    twins.drop()


def _busy_case(user: User) -> Case:
    """A case that changed a few dozen times, each time by itself."""
    case = Case.objects.visible_to(user).exclude(site=None).open().first()
    if case is None:
        raise CannotMeasure("Nobody is placed in the coordinator’s regions: ask for more cases.")
    for number in range(CHANGES_OF_A_BUSY_CASE):
        case = update_case(case, by=user, referring_agency=f"Organisme {number}")
    return case
