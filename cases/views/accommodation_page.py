"""The page of one accommodation measure, and the measures on the page of a case and of a placement."""

import uuid
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cases.models import Accommodation
from cases.policy import CASE_POLICY, Action
from cases.serializers import tiers
from cases.services.accommodations import changeable, obstacle
from cases.services.readiness import Readiness, ReadinessState, readiness
from cases.views.accommodations import accommodations_trail
from cases.views.sections import Section
from peph.audit import timeline
from peph.audit.models import ChangedRow
from peph.errors import DomainError
from peph.pages import open_visible
from peph.workflow import Transition

# In the order of the page.
TOLD = (
    "barrier", "measure", "kind", "requested_on", "requested_by", "decided_on", "decided_by",
    "decision_reason", "planned_on", "in_place_on", "verified_on", "returned_on",
)  # fmt: skip
BOUGHT = (
    "cost_estimated", "cost_actual", "funding", "supplier", "purchased_on", "follows_person",
)  # fmt: skip
# What did not come yet is not missing.
ONLY_ONCE_THERE = frozenset(TOLD[5:]) | {"cost_actual", "supplier", "purchased_on"}
ENTRIES_SHOWN = 10


@require_safe
def accommodation_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One measure: what can be done now, what was asked and decided, what it costs, what happened."""
    rows = Accommodation.objects.with_people().select_related("placement__participant")
    accommodation = open_visible(request, rows, pk)
    refusals = {
        step: obstacle(accommodation, step.name, by=request.user)
        for step in accommodation.available_transitions
    }
    context = {
        "accommodation": accommodation,
        "moves": [step for step, why in refusals.items() if why is None],
        "kept": _by_reason(refusals),
        "may_edit": accommodation.can_edit and bool(changeable(accommodation)),
        "told": _facts(accommodation, TOLD),
        "bought": _facts(accommodation, BOUGHT),
        "entries": _entries(accommodation, request.user),
        "trail": [*accommodations_trail(), (str(accommodation.case.participant), "")],
    }
    return render(request, "cases/accommodation_detail.html", context)


def _by_reason(refusals: dict[Transition, DomainError | None]) -> list[tuple[str, str]]:
    """(moves, why) of what is kept closed: a reason that holds for several is said once."""
    found: dict[str, list[str]] = {}
    for step, why in refusals.items():
        if why is not None:
            found.setdefault(str(why), []).append(str(step.label))
    return [(", ".join(labels), why) for why, labels in found.items()]


def _entries(accommodation: Accommodation, user: Any) -> list[timeline.Entry]:
    """What happened to this measure, for whoever reads the timeline of its case."""
    if not CASE_POLICY.allows(user, Action.READ_NOTES, accommodation.case):
        return []
    sets = timeline.for_record(Accommodation, accommodation.pk)[:ENTRIES_SHOWN]
    label = Accommodation._meta.label_lower
    rows = ChangedRow.objects.filter(model=label, object_id=str(accommodation.pk))
    return timeline.entries(sets, rows=rows)


def _facts(accommodation: Accommodation, names: tuple[str, ...]) -> list[tuple[Any, Any]]:
    hidden = tiers.withheld(accommodation, tiers.ACCOMMODATION)
    facts = []
    for name in names:
        value = _value(accommodation, name)
        if name in hidden or (name in ONLY_ONCE_THERE and value in (None, "")):
            continue
        label = Accommodation._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        facts.append((capfirst(label), value))
    return facts


def _value(accommodation: Accommodation, name: str) -> Any:
    value = getattr(accommodation, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name.startswith("cost_"):
        return None if value is None else number_format(value, 2, force_grouping=True)
    told = getattr(accommodation, f"get_{name}_display", None)
    return told() if told else value


# ------------------------------------------------------------------ the parts of other pages
def accommodations_of_case(request: HttpRequest, case: Any) -> Section | None:
    """Every measure of the case; nothing for a reader who is not told what has to be adapted."""
    if not case.can_read_needs:
        return None
    return Section(
        name="accommodations",
        title=_("Accommodation measures"),
        template="cases/_case_accommodations.html",
        shown={
            "case": case,
            "accommodations": list(_seen(request).filter(case=case)),
            "may_ask": case.can_edit and case.is_open,
        },
    )


def accommodations_of_placement(request: HttpRequest, placement: Any) -> Section | None:
    """Whether everything is there before the first day, what is not, and what has to go back."""
    if not placement.can_read_needs:
        return None
    # Once: the readiness reads the rows that the page shows.
    prefetch_related_objects([placement], Prefetch("accommodations", _seen(request)))
    found = list(placement.accommodations.all())
    ready = readiness(placement)
    return Section(
        name="accommodations",
        title=_("Accommodation measures"),
        template="cases/_placement_accommodations.html",
        shown={
            "placement": placement,
            "accommodations": found,
            "readiness": ready,
            "says": readiness_says(ready),
            "to_give_back": [each for each in found if each.is_to_give_back],
            "may_ask": placement.can_edit and placement.is_current,
        },
    )


def _seen(request: HttpRequest) -> QuerySet[Accommodation]:
    return (
        Accommodation.objects.visible_to(request.user).with_people().order_by("requested_on", "pk")
    )


def readiness_says(found: Readiness) -> str:
    """The readiness of a placement in a sentence."""
    if found.state == ReadinessState.NOTHING_NEEDED:
        return _("No measure is needed for the first day.")
    if found.state == ReadinessState.READY:
        if found.late:
            return _("Everything is in place now; not all of it was on the first day.")
        return _("Every measure is in place.")
    number = len(found.waiting)
    return ngettext(
        "%(number)s measure is not in place.", "%(number)s measures are not in place.", number
    ) % {"number": number}
