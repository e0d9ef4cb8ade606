"""Who sees a case now, through which grants, and what of it: for whoever answers for the case or audits it.

The policy itself is asked, once for each set of roles somebody holds here: nothing of it is repeated.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case, ConflictOfInterest, Match, Placement
from cases.policy import CASE_POLICY, Action
from cases.policy.rules import CASE
from organizations.models import Grant
from organizations.policy import HOST_ORGANIZATION, HOST_SITE, PROGRAM, REGION
from peph.audit.changes import SYSTEM
from peph.scopes import Bearer, Scope, grant_models, live_grants

# What is told of each reader, in the order of the page.
ABILITIES = {
    Action.READ_PERSONAL: _("Personal information"),
    Action.READ_NEEDS: _("What has to be adapted"),
    Action.READ_NOTES: _("Internal notes"),
    Action.READ_HEALTH: _("Health information"),
    Action.AUDIT: _("History"),
    Action.EDIT: _("May correct the file"),
    Action.DECIDE: _("May decide on the case"),
}
# (permission, label of the model it is on), for each grant of one person here.
Roles = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CaseReader:
    """One account that sees the case, the grants that open it, and what they open."""

    user: Any
    grants: list[Grant]
    abilities: tuple[Action, ...]

    @property
    def labels(self) -> list[str]:
        return [str(ABILITIES[each]) for each in self.abilities]


@dataclass(frozen=True, slots=True)
class CaseReaders:
    """Everybody who sees a case; those kept out by a conflict; what others see a part of."""

    readers: list[CaseReader]
    conflicts: list[ConflictOfInterest]
    placements: list[Placement]
    matches: list[Match]


def readers_of(case: Case) -> CaseReaders:
    """Who sees the case, by name; as many queries for a hundred grants as for one."""
    held: defaultdict[Any, list[Grant]] = defaultdict(list)
    for grant in _grants_here(case):
        held[grant.user].append(grant)
    conflicts = list(
        ConflictOfInterest.objects.filter(case__participant=case.participant_id)
        .with_people()
        .order_by("ended_at", "-declared_at", "pk")
    )
    kept_out = {each.user_id for each in conflicts if not each.is_over}
    opened = _opened(case, {_roles(grants) for grants in held.values()})
    found = [
        CaseReader(user, grants, abilities)
        for user, grants in held.items()
        if user.pk not in kept_out and (abilities := opened.get(_roles(grants))) is not None
    ]
    found.sort(key=lambda each: (each.user.last_name, each.user.first_name, str(each.user.pk)))
    sent = Match.objects.filter(case=case, sent_on__isnull=False)
    return CaseReaders(
        found,
        conflicts,
        list(Placement.objects.filter(case=case).with_people().order_by("-planned_start", "pk")),
        list(sent.select_related("organization", "site").order_by("-sent_on", "pk")),
    )


def _grants_here(case: Case) -> Iterable[Grant]:
    """The grants in force of open accounts on anything the case belongs to: one query a table."""
    keys = _objects_of(case)
    for model in grant_models():
        label = _label_of(model)
        rows: Any = model._default_manager.filter(live_grants(), user__is_active=True)
        if label != PROGRAM:
            rows = rows.filter(content_object=keys[label])
        # A site is called by its organisation as well.
        named = "content_object__organization" if label == HOST_SITE else "content_object"
        shown = rows.select_related("user", "permission", named, "granted_by")
        yield from shown.order_by("granted_at", "pk")


def _objects_of(case: Case) -> dict[str, Any]:
    """What a grant that opens the case can be on; there is one programme."""
    return {
        REGION: case.region_id,
        HOST_ORGANIZATION: case.organization_id,
        HOST_SITE: case.site_id,
        CASE: case.pk,
    }


def _label_of(model: Any) -> str:
    return model._meta.get_field("content_object").related_model._meta.label


def _roles(grants: Iterable[Grant]) -> Roles:
    return frozenset((grant.permission.codename, _label_of(type(grant))) for grant in grants)


def _opened(case: Case, held: set[Roles]) -> dict[Roles, tuple[Action, ...]]:
    """What each set of roles opens of the case, one query for all; left out is what does not open it."""
    numbered = dict(enumerate(sorted(held, key=sorted)))
    keys = _objects_of(case)
    asked: dict[str, Any] = {}
    for number, roles in numbered.items():
        scope = Scope(SYSTEM, {role: frozenset({keys.get(role[1], case.pk)}) for role in roles})
        flags = CASE_POLICY.flags(Bearer(scope))
        for action in (Action.VIEW, *ABILITIES):
            asked[f"is_{number}_{action}"] = flags[f"can_{action}"]
    row: Any = Case.objects.filter(pk=case.pk).values(**asked).first() if asked else None
    if row is None:
        return {}
    return {
        roles: tuple(each for each in ABILITIES if row[f"is_{number}_{each}"])
        for number, roles in numbered.items()
        if row[f"is_{number}_{Action.VIEW}"]
    }
