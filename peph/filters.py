"""A filter by information its reader may not know is no filter for them."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters as df
from django.db.models import QuerySet

from peph.access import NOTHING, Policy


class TieredFilterSet(df.FilterSet):
    """Filters of records that not everybody is shown whole: `tiers` is field → action of the `policy`.

    One by a field the reader is shown of no record is not there at all; one by a field they are shown of
    some records finds among these. `by_field` names the field where the filter is called otherwise.
    """

    policy: ClassVar[Policy]
    tiers: ClassVar[Mapping[str, Any]]
    by_field: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = getattr(self.request, "user", None)
        self._readable = {
            name: self.policy.q(user, action) for name, action in self.hiding().items()
        }
        for name, condition in self._readable.items():
            if condition == NOTHING:
                del self.filters[name]

    @classmethod
    def hiding(cls) -> dict[str, Any]:
        """Filter → the action whoever uses it must hold, of those by a field that may be hidden."""
        named = {
            name: cls.by_field.get(name, each.field_name.removesuffix("_id"))
            for name, each in cls.base_filters.items()
        }
        return {name: cls.tiers[field] for name, field in named.items() if field in cls.tiers}

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        for name, value in self.form.cleaned_data.items():
            if name in self._readable and value not in (None, "", False):
                queryset = queryset.filter(self._readable[name])
        return super().filter_queryset(queryset)
