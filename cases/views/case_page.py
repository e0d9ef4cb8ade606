"""The page of one case, and its whole timeline."""

import uuid
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Case, Consent, FollowUp, Note, Placement
from cases.policy import Action
from cases.serializers.tiers import PARTICIPANT, withheld
from cases.views.accommodation_page import accommodations_of_case
from cases.views.case_moves import moves_of, stages_of
from cases.views.cases import trail
from cases.views.documents import case_documents
from cases.views.key_date_page import key_dates_of_case
from cases.views.match_page import matching_section
from cases.views.outcomes import case_outcomes
from cases.views.sections import Builder, sections_of
from cases.workflow import CASE_WORKFLOW
from peph.audit import timeline
from peph.audit.models import ChangedRow
from peph.pages import open_visible, refusals
from peph.paging import Order, page

NEWEST_NUMBER_FIRST = Order("number")
# In the order of the page.
SECTIONS: list[Builder] = [
    key_dates_of_case,
    matching_section,
    accommodations_of_case,
    case_outcomes,
    case_documents,
]
ENTRIES_SHOWN, ENTRIES_A_PAGE = 5, 20
FOLLOW_UPS_SHOWN, DONE_SHOWN, NOTES_SHOWN = 30, 10, 30


def register(build: Builder) -> None:
    """For the apps above: a part of the page of a case, after the others."""
    SECTIONS.append(build)


@require_safe
@refusals
def case_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where a case stands, what can be done now, and everything about it that its reader may see."""
    rows = Case.objects.with_people().select_related(
        "site__organization", "job_class", "decided_by"
    )
    case = open_visible(request, rows, pk, case=pk)
    user = request.user
    follow_ups = _follow_ups(case, user)
    placements = Placement.objects.visible_to(user).filter(case=case).with_people()
    context = {
        "case": case,
        "stages": stages_of(case),
        "moves": moves_of(case, user),
        "may_place": case.can_decide and case.status in CASE_WORKFLOW.by_name["place"].sources,
        "facts": _facts(case),
        "person": person_facts(case.participant, case),
        "placements": list(placements.order_by("-planned_start", "pk")),
        "to_do": list(follow_ups.to_do().order_by("due_on", "pk")[:FOLLOW_UPS_SHOWN]),
        "done": list(
            follow_ups.filter(done_on__isnull=False).order_by("-done_on", "pk")[:DONE_SHOWN]
        ),
        "follow_ups_url": f"{reverse('cases:follow_up_list')}?case={case.pk}",
        "sections": sections_of(SECTIONS, request, case),
        "trail": trail(case),
        **_programme_side(case, user),
    }
    context["next_due"] = context["to_do"][0] if context["to_do"] else None
    return render(request, "cases/case_detail.html", context)


@require_safe
@refusals
def case_timeline(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """All that happened to a case, newest first, with each field from what to what."""
    case = open_visible(request, Case.objects.all(), pk, needs=Action.READ_NOTES, case=pk)
    shown = page(
        timeline.for_case(case.pk),
        order=NEWEST_NUMBER_FIRST,
        cursor=request.GET.get("cursor", "")[:500],
        size=ENTRIES_A_PAGE,
    )
    context = {
        "case": case,
        "page": shown,
        "entries": timeline.entries(shown.rows, rows=journal_of(case)),
        "trail": trail(case, (_("Timeline"), "")),
    }
    return render(request, "cases/case_timeline.html", context)


def journal_of(case: Case) -> QuerySet[ChangedRow]:
    """The journal of a case: an import's other rows are other people's."""
    return ChangedRow.objects.filter(
        # A person and what they agreed to belong to no case: the change set says which it was about.
        Q(case_id=case.pk) | Q(case_id__isnull=True, change_set__case_id=case.pk)
    )


# ------------------------------------------------------------------ what the page holds
def _follow_ups(case: Case, user: Any) -> Any:
    found = FollowUp.objects.visible_to(user).with_abilities(user).filter(case=case)
    return found.select_related("step", "responsible", "done_by")


def _programme_side(case: Case, user: Any) -> dict[str, Any]:
    """Consents, notes and timeline; nothing of it is asked of the database for who may not read it."""
    context: dict[str, Any] = {}
    if case.can_read_personal:  # type: ignore[attr-defined]
        consents = Consent.objects.filter(participant=case.participant_id)
        context["consents"] = list(
            consents.order_by(F("withdrawn_on").desc(nulls_first=True), "purpose")
        )
    if case.can_read_notes:  # type: ignore[attr-defined]
        notes = Note.objects.filter(case=case).select_related("author")
        latest_notes = list(notes.order_by("-created_at", "-pk")[: NOTES_SHOWN + 1])
        context["notes"] = latest_notes[:NOTES_SHOWN]
        context["has_older_notes"] = len(latest_notes) > NOTES_SHOWN
        latest = timeline.for_case(case.pk)[:ENTRIES_SHOWN]
        # Who and what only: each field is told by the whole timeline.
        context["entries"] = timeline.entries(latest, rows=ChangedRow.objects.none())
    return context


def _facts(case: Case) -> list[tuple[Any, Any]]:
    if not case.can_read_personal:  # type: ignore[attr-defined]
        return []
    facts = [
        (_("Region"), case.region),
        (_("Responsible coordinator"), case.coordinator),
        (_("Fiscal year"), case.fiscal_year_label),
        (_("Referring agency"), case.referring_agency),
        (_("Job class sought"), case.job_class),
        (_("Eligibility decided by"), case.decided_by),
    ]
    told = (
        (_("Expected return"), case.resume_on),
        (_("Reason for closing"), case.closure_reason and case.get_closure_reason_display()),
        (_("Number in the old spreadsheet"), case.legacy_number),
    )
    return [*facts, *((label, value) for label, value in told if value)]


def person_facts(person: Any, tiers: Any) -> list[tuple[Any, Any]]:
    """What the reader may know of a person; `tiers` is the record loaded with their abilities."""
    home = ", ".join(
        part for part in (person.address, person.municipality, person.postal_code) if part
    )
    facts = (
        ("last_name", _("Name"), person.full_name),
        ("email", _("E-mail"), person.email),
        ("phone", _("Telephone"), person.phone),
        ("pronoun", _("Pronoun"), person.pronoun),
        ("birth_date", _("Birth date"), person.birth_date),
        ("address", _("Address"), home),
        ("language", _("Language of correspondence"), person.get_language_display()),
        ("contact_mode", _("Best way to reach"), person.get_contact_mode_display()),
        ("contact_format", _("Format needed"), person.contact_format),
        ("functional_needs", _("What has to be adapted"), person.functional_needs),
    )
    hidden = withheld(tiers, PARTICIPANT)
    return [(label, value) for name, label, value in facts if name not in hidden]
