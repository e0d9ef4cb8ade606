"""What a list of documents can be narrowed by."""

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Document

ALL = _("All")


class DocumentFilter(df.FilterSet):
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    kind = df.ChoiceFilter(choices=Document.Kind, label=_("Kind"), empty_label=ALL)
    audience = df.ChoiceFilter(
        choices=Document.Audience, label=_("Who may read it"), empty_label=ALL
    )
    current = df.BooleanFilter(method="only_current", label=_("Only the versions in force"))

    class Meta:
        model = Document
        fields = ("case", "placement", "kind", "audience", "current")

    def only_current(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.current() if value else queryset  # type: ignore[attr-defined]
