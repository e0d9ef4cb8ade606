"""The population: every role, near and far from what is asked for, in every standing an account can have."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from cases.models import CaseGrant
from organizations.models import (
    HostOrganizationGrant,
    HostSiteGrant,
    ProgramGrant,
    RegionGrant,
)
from peph.accounts.models import User
from peph.accounts.services import issue_token
from peph.audit.changes import SYSTEM, change
from tests.access.facts import Grant, Person

TABLES: dict[str, Any] = {
    "program": ProgramGrant,
    "region": RegionGrant,
    "organization": HostOrganizationGrant,
    "site": HostSiteGrant,
    "case": CaseGrant,
}
# name → (role, kind of object, which one); the objects are named by `tests.access.world`.
ROLES: dict[str, list[tuple[str, str, str]]] = {
    "lead": [("lead", "program", "")],
    "coordinator": [("coordinate", "region", "03")],
    "coordinator of another region": [("coordinate", "region", "06")],
    "coordinator with health": [("coordinate", "region", "03"), ("view_health", "region", "03")],
    "reader of health only": [("view_health", "region", "03")],
    "representative": [("represent", "organization", "MTMD")],
    "representative of another ministry": [("represent", "organization", "SAAQ")],
    "supervisor": [("supervise", "site", "MTMD 03")],
    "supervisor of another site": [("supervise", "site", "MTMD 03 b")],
    "supervisor of another region": [("supervise", "site", "MTMD 06")],
    "supervisor of another ministry": [("supervise", "site", "SAAQ 03")],
    "committee": [("select", "program", "")],
    "committee and representative": [
        ("select", "program", ""),
        ("represent", "organization", "MTMD"),
    ],
    "auditor": [("audit", "program", "")],
    "auditor of a region": [("audit", "region", "03")],
    "auditor of another region": [("audit", "region", "06")],
    "auditor of a ministry": [("audit", "organization", "MTMD")],
    "privacy officer": [("protect", "program", "")],
    "reader of one case": [("view_case", "case", "MTMD 03")],
    "reader of another case": [("view_case", "case", "SAAQ 06")],
    "reader of one case with health": [
        ("view_case", "case", "MTMD 03"),
        ("view_health", "case", "MTMD 03"),
    ],
    "editor of one case": [("change_case", "case", "MTMD 03")],
    "outsider": [],
    "lead in conflict": [("lead", "program", "")],
    "coordinator in conflict": [("coordinate", "region", "03"), ("view_health", "region", "03")],
    "auditor in conflict": [("audit", "program", "")],
    "privacy officer in conflict": [("protect", "program", "")],
    "representative in conflict": [("represent", "organization", "MTMD")],
    "editor in conflict": [("change_case", "case", "MTMD 03")],
}
# With whose cases: entered on one, a conflict is about the person, and so about their other cases.
CONFLICTS = {
    name: ("MTMD 03", "closed 03") if roles[0][0] in ("lead", "audit", "protect") else ("MTMD 03",)
    for name, roles in ROLES.items()
    if name.endswith("in conflict")
}
# The same roles held until yesterday, ended, or of a closed account.
ENDED = ("lead", "coordinator", "representative", "supervisor", "auditor", "committee",
         "privacy officer", "editor of one case", "coordinator with health")  # fmt: skip
STANDINGS = ("until yesterday", "ended", "closed account")
LIVE = frozenset(ROLES)


@dataclass(frozen=True)
class Account:
    """A person of the population, the account behind it and a token it once had."""

    person: Person
    user: Any
    token: str


def populate(
    objects: dict[tuple[str, str], Any], names: Iterable[str] | None = None
) -> dict[str, Account]:
    """Everybody, by name, or these alone; nobody is behind "anonymous", and "superuser" holds no grant."""
    permissions = {
        (each.content_type.model_class(), each.codename): each
        for each in Permission.objects.select_related("content_type")
    }
    found: dict[str, Account] = {}
    wanted = [(name, roles, "") for name, roles in ROLES.items()]
    wanted += [(f"{name}, {how}", ROLES[name], how) for name in ENDED for how in STANDINGS]
    wanted.append(("superuser", [], "superuser"))
    # The same address for the same person, whoever else is there.
    numbered = list(enumerate(wanted))
    if names is not None:
        numbered = [each for each in numbered if each[1][0] in set(names)]
    with change(by=SYSTEM, verb="accounts.create"):
        for place, (name, roles, how) in numbered:
            user = User(
                email=f"access-{place}@exemple.qc.ca",
                first_name="Access",
                last_name=f"Number {place}",
                is_staff=how == "superuser",
                is_superuser=how == "superuser",
            )
            user.set_password("mot-de-passe-de-campagne")
            user.save()
            held = [
                TABLES[on](
                    user=user,
                    permission=permissions[type(objects[on, which]), role],
                    content_object=objects[on, which],
                    reason="Distribution des rôles",
                    expires_on=_last_day(on, how),
                )
                for role, on, which in roles
            ]
            for grant in held:
                grant.save()
            if how == "ended":
                for grant in held:
                    grant.delete()
            facts = frozenset(
                Grant(role, on, None if on == "program" else objects[on, which].pk)
                for role, on, which in roles
                if how == ""
            )
            person = Person(name, user.pk, how != "closed account", facts, _closed(name, objects))
            found[name] = Account(person, user, "")
    for name, account in found.items():
        token = issue_token(account.user, by=SYSTEM, label="Campagne")
        found[name] = Account(account.person, account.user, token)
    with change(by=SYSTEM, verb="accounts.deactivate"):
        for account in found.values():
            if not account.person.signs_in:
                # The flag alone: what was open before has to be as dead as if it had been ended.
                account.user.is_active = False
                account.user.save(update_fields=["is_active"])
    found["anonymous"] = Account(Person("anonymous", None, signs_in=False), None, "")
    return found


def _closed(name: str, objects: dict[tuple[str, str], Any]) -> frozenset[Any]:
    """Every case of the people `name` is in conflict with."""
    people = {objects["case", each].participant_id for each in CONFLICTS.get(name, ())}
    return frozenset(
        case.pk
        for (on, _), case in objects.items()
        if on == "case" and case.participant_id in people
    )


def _last_day(on: str, how: str) -> dt.date | None:
    today = timezone.localdate()
    if how == "until yesterday":
        return today - dt.timedelta(days=1)
    # An exception on a case must end.
    return today + dt.timedelta(days=30) if on == "case" else None
