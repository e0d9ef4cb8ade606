"""What the history can be narrowed by, on pages and in the API alike."""

import uuid
from collections import defaultdict
from functools import cache
from typing import Any

import django_filters as df
from django.apps import apps
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from auditing.lists.asked import cases_numbered, people_named
from auditing.lists.searching import Search, search
from cases.filters import ALL
from organizations.filters import organizations, regions
from peph.audit import roles, verbs
from peph.audit.changes import SYSTEM
from peph.audit.history import Declaration, declarations
from peph.audit.index_terms import indexed_fields
from peph.audit.models import ChangeSet
from peph.audit.models.change_sets import Channel
from peph.forms import DateInput, LongSelect
from peph.text import plain

Choices = list[tuple[str, Any]]


def _verbs() -> Choices:
    return _grouped_verbs(get_language())


def _kinds() -> Choices:
    return _named_kinds(get_language())


def _fields() -> Choices:
    return _grouped_fields(get_language())


# Hundreds of words in a language: gathered once.
@cache
def _grouped_verbs(language: str | None) -> Choices:
    groups: defaultdict[str, Choices] = defaultdict(list)
    for code, label in verbs.registered().items():
        groups[_app_name(code.partition(".")[0])].append((code, str(label)))
    return [(name, _sorted(group)) for name, group in _sorted(list(groups.items()), at=0)]


@cache
def _named_kinds(language: str | None) -> Choices:
    return _sorted([(each.label, _kind_name(each)) for each in declarations()])


@cache
def _grouped_fields(language: str | None) -> Choices:
    groups = []
    for each in declarations():
        kind = _kind_name(each)
        fields = [
            (f"{each.label}.{field.name}", f"{kind} – {capfirst(str(field.verbose_name))}")
            for field in indexed_fields(each)
        ]
        groups.append((kind, _sorted(fields)))
    return _sorted(groups, at=0)


def _sorted(pairs: list[Any], at: int = 1) -> list[Any]:
    return sorted(pairs, key=lambda pair: plain(str(pair[at])))


def _kind_name(each: Declaration) -> str:
    return capfirst(str(each.model._meta.verbose_name))


def _app_name(label: str) -> str:
    try:
        return str(apps.get_app_config(label).verbose_name)
    except LookupError:
        return label


class ChangeSetFilter(df.FilterSet):
    """Who changed what, when, where: all questions together. `found` answers what they find.

    The form and its words are here, the way to the rows in `auditing.lists.searching`.
    """

    since = df.DateFilter(method="leave", label=_("From"), widget=DateInput)
    until = df.DateFilter(method="leave", label=_("To"), widget=DateInput)
    person = df.CharFilter(method="leave", label=_("Changed by (name or e-mail)"), max_length=100)
    role = df.ChoiceFilter(
        method="leave", choices=roles.registered, label=_("Role at the time"), empty_label=ALL
    )
    channel = df.ChoiceFilter(method="leave", choices=Channel, label=_("Channel"), empty_label=ALL)
    region = df.ModelChoiceFilter(
        queryset=regions, method="leave", label=_("Region"), empty_label=ALL
    )
    organization = df.ModelChoiceFilter(
        queryset=organizations, method="leave", label=_("Host organisation"), empty_label=ALL
    )
    number = df.CharFilter(method="leave", label=_("File number"), max_length=40)
    kind = df.ChoiceFilter(
        method="leave",
        choices=_kinds,
        label=_("Kind of record"),
        empty_label=ALL,
        widget=LongSelect,
    )
    field = df.ChoiceFilter(
        method="leave",
        choices=_fields,
        label=_("Field changed"),
        empty_label=ALL,
        widget=LongSelect,
    )
    verb = df.ChoiceFilter(
        method="leave", choices=_verbs, label=_("Action"), empty_label=ALL, widget=LongSelect
    )

    class Meta:
        model = ChangeSet
        fields = (
            "since",
            "until",
            "person",
            "role",
            "channel",
            "region",
            "organization",
            "number",
            "kind",
            "field",
            "verb",
        )

    def leave(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Nothing here: rows are found by their numbers."""
        return queryset

    def found(self) -> Search:
        """What the filter finds for its reader. A filter that makes no sense finds nothing."""
        user = getattr(self.request, "user", None)
        if not self.is_valid():
            return search(user, {"people": ()})
        given = self.form.cleaned_data
        asked = {name: value for name, value in given.items() if value not in (None, "")}
        if "person" in asked:
            asked["people"] = _people(asked["person"])
        if "number" in asked:
            asked["cases"] = cases_numbered(user, asked["number"])
        return search(user, asked)


def _people(text: str) -> list[uuid.UUID]:
    """Who is called so, the system among them; also the key of one account."""
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return people_named(text, (SYSTEM, gettext("the system")))
