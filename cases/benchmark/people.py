"""Who looks at the made-up cases: the officers who keep them, and one person for each typical scope."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from cases.models import Case
from cases.services.grants import share_case
from organizations.models import HostSite, Program, Region
from organizations.services.grants import give_grant
from peph.accounts.models import User
from peph.audit.changes import SYSTEM

FIVE_REGIONS = ("01", "02", "04", "05", "12")
SHARED_CASES = 50
REASON = "Banc d’essai"


@dataclass(frozen=True)
class Reader:
    """A person and the scope of the cases they see: rows with `column` among `ids`; no column: all."""

    name: str
    user: User
    column: str = ""
    ids: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Officers:
    """The lead, and the coordinator of each region by its key."""

    lead: User
    coordinators: dict[Any, User]


def officers() -> Officers:
    """Create the people who keep the cases."""
    lead = _person("lead", [("lead", Program.objects.get())])
    return Officers(
        lead,
        {
            region.pk: _person(f"coordinator-{region.code}", [("coordinate", region)])
            for region in Region.objects.all()
        },
    )


def readers(lead: User) -> list[Reader]:
    """One person for each typical scope, once there are cases."""
    regions = {region.code: region for region in Region.objects.all()}
    five = [regions[code] for code in FIVE_REGIONS]
    sites = _three_sites()
    shared = list(Case.objects.order_by("number")[:SHARED_CASES])
    reader = _person("reader", [])
    for case in shared:
        share_case(
            case,
            by=lead,
            user=reader,
            role="view_case",
            reason=REASON,
            expires_on=timezone.localdate() + dt.timedelta(days=90),
        )
    return [
        Reader(
            "coordinator",
            _person("coordinator", [("coordinate", region) for region in five]),
            "region_id",
            _keys(five),
        ),
        Reader(
            "host",
            _person("host", [("supervise", site) for site in sites]),
            "site_id",
            _keys(sites),
        ),
        Reader("lead", lead),
        Reader(
            "auditor",
            _person("auditor", [("audit", regions["06"])]),
            "region_id",
            (regions["06"].pk,),
        ),
        Reader("reader", reader, "id", _keys(shared)),
    ]


def _keys(rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(row.pk for row in rows))


def _three_sites() -> list[Any]:
    """Three sites of one organisation, of those with the most people."""
    by_organization = defaultdict(list)
    for site in HostSite.objects.annotate(hosted=Count("cases")).order_by("-hosted", "pk"):
        by_organization[site.organization_id].append(site)
    several = [sites for sites in by_organization.values() if len(sites) >= 3]
    return max(several, key=lambda sites: sites[0].hosted)[:3]


def _person(name: str, grants: Iterable[tuple[str, Any]]) -> User:
    user = User.objects.create_user(
        f"{name}@exemple.qc.ca", None, first_name=name.title(), last_name="Essai"
    )
    for role, on in grants:
        give_grant(by=SYSTEM, user=user, role=role, on=on, reason=REASON)
    return user
