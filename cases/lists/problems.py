"""The queue of data problems: check after check, oldest first, narrowed by check, region and owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.services.data_checks.check import DataCheck
from cases.services.data_checks.table import BY_CODE, CHECKS
from organizations.models import Region
from peph.errors import Invalid
from peph.paging import Order, Page, page

OLDEST_FIRST = Order("since", descending=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the queue."""

    check: DataCheck
    record: Any
    case: Case

    @property
    def since(self) -> Any:
        return self.record.since

    @property
    def pk(self) -> Any:
        return self.record.pk


class ProblemForm(forms.Form):
    """What the queue is narrowed by; `narrowed` is for the query."""

    check = forms.ChoiceField(
        label=_("Data check"),
        required=False,
        choices=[("", _("All")), *((check.code, check.label) for check in CHECKS)],
    )
    region = forms.ModelChoiceField(
        label=_("Region"), required=False, queryset=Region.objects.all(), empty_label=_("All")
    )
    mine = forms.BooleanField(
        label=_("Only my cases"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "true"}),
    )

    def checks(self) -> Sequence[DataCheck]:
        """The checks asked for."""
        code = self.cleaned_data.get("check")
        return (BY_CODE[code],) if code else CHECKS

    def narrowed(self, user: Any) -> dict[str, Any]:
        """Fields of the case, for `problem_page` and `problem_counts`."""
        found: dict[str, Any] = {}
        if self.cleaned_data.get("region"):
            found["region"] = self.cleaned_data["region"]
        if self.cleaned_data.get("mine"):
            found["coordinator"] = user
        return found


def problem_page(
    user: Any, checks: Sequence[DataCheck], *, cursor: str = "", size: int = 25, **narrowed: Any
) -> Page:
    """One page of the queue; it goes on from one check to the next. Raises Invalid on a foreign cursor."""
    first, inner = _position(cursor, len(checks))
    rows: list[Problem] = []
    following = None
    for place in range(first, len(checks)):
        check = checks[place]
        found = check.with_people(check.visible_to(user)).filter(
            **{check.at(name): value for name, value in narrowed.items()}
        )
        shown = page(found, order=OLDEST_FIRST, cursor=inner, size=size - len(rows))
        inner = ""
        rows += [Problem(check, row, check.case_of(row)) for row in shown.rows]
        if shown.next:
            following = f"{place}.{shown.next}"
        elif len(rows) == size and place + 1 < len(checks):
            following = f"{place + 1}."
        if following:
            break
    return Page(rows, next=following, previous=None)


def _position(cursor: str, checks: int) -> tuple[int, str]:
    if not cursor:
        return 0, ""
    place, separator, inner = cursor.partition(".")
    if not separator or not (place.isascii() and place.isdecimal()) or int(place[:4]) >= checks:
        raise Invalid(_("This page address is not valid. Go back to the list."))
    return int(place[:4]), inner
