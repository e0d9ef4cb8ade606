"""The key facts of a record of a sample, for an auditor who may open it today, and where to read more."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from auditing.models import Population, SampleItem
from auditing.services.populations import SOURCES
from auditing.views.sample_words import Facts, moment
from cases.models import Accommodation, Case, Placement
from cases.policy import CASE_POLICY, Action
from peph.audit.models import ChangeSet

Links = list[tuple[Any, str]]


def record_of(item: SampleItem, user: Any) -> Any:
    """The record, when it still exists and the person may see it."""
    source = SOURCES[item.sample.population]
    rows = source.model._default_manager.filter(source.policy.q(user, Action.VIEW))
    found = rows.filter(**{source.key: item.object_key})
    return found.select_related(*source.related, *_MORE.get(item.sample.population, ())).first()


def facts_of(item: SampleItem, record: Any) -> Facts:
    """What the record says of itself."""
    return _FACTS[item.sample.population](record)


def links_of(item: SampleItem, record: Any, user: Any) -> Links:
    """The record’s own page, and the case it belongs to with its timeline."""
    links: Links = []
    if isinstance(record, ChangeSet):
        url = reverse("auditing:change_set_detail", args=[record.number])
        links.append((_("Page of the change"), url))
    elif record is not None and not isinstance(record, Case):
        links.append((_("Page of the record"), record.get_absolute_url()))
    case = item.subject_case
    if case is not None and CASE_POLICY.allows(user, Action.VIEW, case):
        links.append((_("Case %(number)s") % {"number": case.number}, case.get_absolute_url()))
        if CASE_POLICY.allows(user, Action.AUDIT, case):
            links += [
                (_("Timeline of the case"), reverse("cases:case_timeline", args=[case.pk])),
                (_("As it was"), reverse("auditing:case_as_of", args=[case.pk])),
            ]
    return links


def _case(case: Case) -> Facts:
    return [
        (_("File number"), case.number),
        (_("Status"), case.get_status_display()),
        (_("Region"), case.region),
        (_("Responsible coordinator"), case.coordinator),
        (_("Host organisation"), case.organization),
        (_("Referred on"), case.referred_on),
        (_("Application"), case.applied_on),
        (_("Eligibility decided"), case.decided_on),
        (_("Eligibility decided by"), case.decided_by),
        (_("Closing date"), case.closed_on),
        (_("Reason for closing"), case.get_closure_reason_display()),
    ]


def _placement(placement: Placement) -> Facts:
    return [
        (_("File number"), placement.case.number),
        (_("Status"), placement.get_status_display()),
        (_("Host site"), placement.site),
        (_("Agreement signed"), placement.signed_on),
        (_("Planned start"), placement.planned_start),
        (_("First day worked"), placement.started_on),
        (_("Planned end"), placement.planned_end),
        (_("Last day worked"), placement.ended_on),
        (_("Ended by"), placement.get_ended_by_display()),
    ]


def _accommodation(measure: Accommodation) -> Facts:
    return [
        (_("File number"), measure.case.number),
        (_("Kind of measure"), measure.get_kind_display()),
        (_("Status"), measure.get_status_display()),
        (_("Requested on"), measure.requested_on),
        (_("Decided on"), measure.decided_on),
        (_("Decided by"), measure.decided_by),
        (_("In place since"), measure.in_place_on),
        (_("Verified on"), measure.verified_on),
    ]


def _change_set(change_set: ChangeSet) -> Facts:
    return [
        (_("Change"), change_set.number),
        (_("When"), moment(change_set.at)),
        (_("Action"), change_set.label),
        (_("Reason"), change_set.reason),
        (_("Channel"), change_set.get_channel_display()),
        (_("Receipt"), change_set.receipt),
    ]


_FACTS: dict[str, Any] = {
    Population.CASES: _case,
    Population.PLACEMENTS: _placement,
    Population.ACCOMMODATIONS: _accommodation,
    Population.CHANGE_SETS: _change_set,
}
_MORE: dict[str, tuple[str, ...]] = {
    Population.CASES: ("coordinator", "organization", "decided_by"),
    Population.PLACEMENTS: ("participant",),
    Population.ACCOMMODATIONS: ("decided_by",),
}
