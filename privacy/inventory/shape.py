"""What a declaration of the inventory says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from peph.access import Policy


class Tier(StrEnum):
    """How closely information touches a person; each tier has readers of its own."""

    WORK = "work"
    IDENTITY = "identity"
    PERSONAL = "personal"
    NEEDS = "needs"
    COSTS = "costs"
    NOTES = "notes"
    HEALTH = "health"
    TRACE = "trace"


TIERS: dict[Tier, Any] = {
    Tier.WORK: _("Contact and account at work"),
    Tier.IDENTITY: _("Identity, and where the placement stands"),
    Tier.PERSONAL: _("Personal information"),
    Tier.NEEDS: _("Functional needs"),
    Tier.COSTS: _("Costs of a measure"),
    Tier.NOTES: _("Internal notes"),
    Tier.HEALTH: _("Health information"),
    Tier.TRACE: _("Trace of what was done"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One model. `path` leads from it to the participant ("" is the participant itself, None nobody).

    `collected` is what the person gave (portability); `only` narrows to the rows that are told; `health`
    finds the rows of the health tier; `tiers` names fields that are of another tier than the model.
    """

    label: str
    tier: Tier
    path: str | None = None
    policy: Policy | None = None
    action: str = "view"
    collected: bool = False
    only: Q = field(default_factory=Q)
    health: Q | None = None
    # Narrows the rows of the health tier to those a reader of it may see.
    health_policy: Policy | None = None
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    # Action of `policy` that reads a field of another tier.
    actions: Mapping[str, str] = field(default_factory=dict)
    # Who reads, where no policy says it.
    readers: Any = ""

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    def rows(self, person: models.Model) -> "models.QuerySet[Any]":
        """The rows of the model about this person. Asked of what has a path."""
        found = {self.path or "pk": person.pk}
        return self.model._base_manager.filter(**found).filter(self.only).order_by("pk")

    def tier_of(self, name: str) -> Tier:
        """The tier of a field."""
        return self.tiers.get(name, self.tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalFile:
    """A file of personal information (Access Act, s. 76): models kept for one purpose."""

    code: str
    name: Any
    purpose: Any
    persons: Any
    source: Any
    security: Any
    retention: Any
    models: tuple[Held, ...]
