"""What the history can be narrowed by, on pages and in the API alike."""

import datetime as dt
from typing import Any

import django_filters as df
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.policy import CHANGED_ROW_POLICY
from cases.filters import ALL
from cases.models import Case
from cases.policy import Action
from organizations.filters import organizations, regions
from peph.accounts.models import User
from peph.audit import verbs
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.models.change_sets import Channel
from peph.forms import DateInput
from peph.text import plain


def _verbs() -> list[tuple[str, Any]]:
    return sorted(verbs.registered().items(), key=lambda item: plain(str(item[1])))


class ChangeSetFilter(df.FilterSet):
    """Who changed what, when, where. Each question narrows what the policy already allows."""

    since = df.DateFilter(method="from_day", label=_("From"), widget=DateInput)
    until = df.DateFilter(method="to_day", label=_("To"), widget=DateInput)
    person = df.CharFilter(
        method="by_person", label=_("Changed by (name or e-mail)"), max_length=100
    )
    region = df.ModelChoiceFilter(
        queryset=regions, method="touching", label=_("Region"), empty_label=ALL
    )
    organization = df.ModelChoiceFilter(
        queryset=organizations, method="touching", label=_("Host organisation"), empty_label=ALL
    )
    number = df.CharFilter(method="by_case", label=_("File number"), max_length=40)
    verb = df.ChoiceFilter(choices=_verbs, label=_("Action"), empty_label=ALL)
    channel = df.ChoiceFilter(choices=Channel, label=_("Channel"), empty_label=ALL)

    class Meta:
        model = ChangeSet
        fields = (
            "since",
            "until",
            "person",
            "region",
            "organization",
            "number",
            "verb",
            "channel",
        )

    def from_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        return queryset.filter(at__gte=_midnight(value))

    def to_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        return queryset.filter(at__lt=_midnight(value + dt.timedelta(days=1)))

    def by_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        words = plain(value).split()
        # Accounts are few, and no column of theirs is free of accents: compared here.
        ids = [
            pk
            for pk, first, last, email in User.objects.values_list(
                "pk", "first_name", "last_name", "email"
            )
            if all(f" {word}" in f" {plain(f'{first} {last} {email}')}" for word in words)
        ]
        return queryset.filter(actor_id__in=ids)

    def touching(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        # An import touches several regions: then the journal says which, not the change set.
        rows = ChangedRow.objects.filter(
            CHANGED_ROW_POLICY.q(getattr(self.request, "user", None), Action.VIEW),
            **{"change_set": OuterRef("pk"), f"{name}_id": value.pk},
        )
        return queryset.filter(Q(**{f"{name}_id": value.pk}) | Exists(rows))

    def by_case(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        user = getattr(self.request, "user", None)
        number = value.strip()
        cases = Case.objects.visible_to(user).filter(
            Q(number=number.upper()) | Q(legacy_number=number)
        )
        ids = list(cases.values_list("pk", flat=True)[:50])
        rows = ChangedRow.objects.filter(case_id__in=ids).values("change_set_id")
        return queryset.filter(Q(case_id__in=ids) | Q(pk__in=rows))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
