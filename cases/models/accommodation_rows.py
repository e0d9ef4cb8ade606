"""Which accommodation measures: those a person may see, those that wait, are late or go back."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.policy import ACCOMMODATION_POLICY, Action
from cases.workflow import ACCOMMODATION_PENDING, PLACEMENT_CURRENT, AccommodationStatus
from organizations.models.program import Program

# What is there: it helps, or waits to be told whether it does.
IN_PLACE = frozenset({AccommodationStatus.IN_PLACE, AccommodationStatus.VERIFIED})
# What can be given back; hours, tasks or an interpreter cannot.
EQUIPMENT = frozenset({"technical", "software", "furniture"})


class AccommodationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "AccommodationQuerySet":
        return self.filter(ACCOMMODATION_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "AccommodationQuerySet":
        """Load each accommodation knowing what `user` may do with it."""
        return self.annotate(**ACCOMMODATION_POLICY.flags(user))

    def with_people(self) -> "AccommodationQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.with_limit().select_related(
            "case__participant",
            "placement",
            "region",
            "organization",
            "site__organization",
            "requested_by",
            "decided_by",
        )

    def with_limit(self) -> "AccommodationQuerySet":
        """Load each measure with the cost from which a second person decides, as the programme sets it."""
        limit = Program.objects.values("second_approval_from")[:1]
        return self.annotate(second_approval_from=Subquery(limit))

    def pending(self) -> "AccommodationQuerySet":
        """Asked for or granted, and not in place."""
        return self.filter(status__in=ACCOMMODATION_PENDING)

    def late(self, today: dt.date | None = None) -> "AccommodationQuerySet":
        """Those of which `is_late_on` says yes."""
        day = today or timezone.localdate()
        starts = Coalesce("placement__started_on", "placement__planned_start")
        for_day_one = Q(placement__isnull=False) & (
            Q(placement__started_on__isnull=True) | Q(requested_on__lt=F("placement__started_on"))
        )
        return (
            self.pending()
            .alias(starts=starts)
            .filter(Q(placement__isnull=True) | Q(placement__status__in=PLACEMENT_CURRENT))
            .filter(
                Q(planned_on__lt=day)
                | for_day_one & (Q(starts__lte=day) | Q(planned_on__gt=F("starts")))
            )
        )

    def to_give_back(self) -> "AccommodationQuerySet":
        """Those of which `is_to_give_back` says yes."""
        return self.filter(
            status__in=IN_PLACE, kind__in=EQUIPMENT, follows_person=False, placement__isnull=False
        ).exclude(placement__status__in=PLACEMENT_CURRENT)
