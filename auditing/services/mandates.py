"""Under which mandate an auditor draws: the whole programme, one region, or one host organisation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from auditing.policy import (
    ORGANIZATION_MANDATE_POLICY,
    PROGRAM_MANDATE_POLICY,
    REGION_MANDATE_POLICY,
)
from cases.policy import Action
from cases.services.conflicts import closed_to
from organizations.models import HostOrganization, Program, Region
from organizations.policy import HOST_ORGANIZATION, PROGRAM, REGION
from peph.errors import Forbidden
from peph.scopes import Bearer, Scope, scope_of


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a mandate is on: a region, a host organisation, or neither for the whole programme."""

    region: Region | None = None
    organization: HostOrganization | None = None
    # What was closed to whoever drew, for a drawing made again; None: what is closed to whoever asks.
    denied: Mapping[str, frozenset] | None = field(default=None, compare=False)

    @property
    def code(self) -> str:
        """How a form names it."""
        target = self.region or self.organization
        return str(target.pk) if target else "program"

    def __str__(self) -> str:
        return str(self.region or self.organization or _("The whole programme"))

    def reader(self, user: Any) -> Bearer:
        """Somebody who holds this mandate and nothing else, less what is closed to them by a conflict.

        What they see is the population: the same for everybody who draws under the mandate, whatever
        else they hold.
        """
        denied = scope_of(user).denied if self.denied is None else self.denied
        if self.region is not None:
            held = {("audit", REGION): frozenset({self.region.pk})}
        elif self.organization is not None:
            held = {("audit", HOST_ORGANIZATION): frozenset({self.organization.pk})}
        else:
            held = {("audit", PROGRAM): frozenset(Program.objects.values_list("pk", flat=True))}
        return Bearer(Scope(user.pk, held, denied), pk=None)

    def check(self, user: Any) -> None:
        """Raise Forbidden unless the person holds this mandate at this very moment."""
        if self.region is not None:
            REGION_MANDATE_POLICY.check(user, Action.AUDIT, self.region)
        elif self.organization is not None:
            ORGANIZATION_MANDATE_POLICY.check(user, Action.AUDIT, self.organization)
        else:
            program = Program.objects.first()
            if program is None:
                raise Forbidden
            PROGRAM_MANDATE_POLICY.check(user, Action.AUDIT, program)


def mandates_of(user: Any) -> list[Mandate]:
    """The mandates a person holds, the widest first."""
    found = []
    if PROGRAM_MANDATE_POLICY.anywhere(user, Action.AUDIT):
        found.append(Mandate())
    regions = Region.objects.filter(REGION_MANDATE_POLICY.q(user, Action.AUDIT))
    found += [Mandate(region=each) for each in regions.order_by("code")]
    hosts = HostOrganization.objects.filter(ORGANIZATION_MANDATE_POLICY.q(user, Action.AUDIT))
    found += [Mandate(organization=each) for each in hosts.order_by("name")]
    return found


def mandate_of(sample: Any) -> Mandate:
    """The mandate a sample was drawn under, with the conflicts whoever drew was in then."""
    denied = closed_to(sample.drawn_by_id, sample.drawn_at)
    return Mandate(sample.mandate_region, sample.mandate_organization, denied)
