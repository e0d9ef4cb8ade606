"""Pages of erasures: the list, a proposal with what would go and what would stay, the decision."""

import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import Participant
from cases.policy import Action
from peph.accounts.step_up import step_up
from peph.errors import Forbidden
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.transition_forms import VersionForm, transition_form
from privacy.forms.retention import ProposalForm
from privacy.lists.retention import ErasureFilter
from privacy.models import Erasure
from privacy.policy import ERASURE_POLICY
from privacy.services.erasure import preview
from privacy.services.erasures import check_free, move_erasure, propose
from privacy.services.retention import due_of
from privacy.views.retention import FORM, require_reader, retention_trail
from privacy.workflow import ERASURE_WORKFLOW, ErasureStatus

INTRODUCTIONS = {
    "approve": gettext_lazy(
        "After the days of grace the person is erased, and nobody can undo it."
    ),
    "refuse": gettext_lazy("The records stay. It can be proposed again."),
    "call-back": gettext_lazy("The records stay. It can be proposed again."),
}
TONES = {
    ErasureStatus.PROPOSED: "warning",
    ErasureStatus.APPROVED: "warning",
    ErasureStatus.DONE: "success",
}
GROUPS = {
    "blanked": gettext_lazy("Blanked"),
    "kept": gettext_lazy("Kept: dates and codes only"),
    "records": gettext_lazy("Blanked"),
    "versions": gettext_lazy("Old versions reduced to fingerprints"),
    "traces": gettext_lazy("Traces beside the records"),
}
TRACES = {
    "changes": gettext_lazy("Reasons of changes"),
    "documents": gettext_lazy("Contents of documents"),
    "accesses": gettext_lazy("Words in the access log"),
    "mails": gettext_lazy("Mails"),
    "answers": gettext_lazy("Answers kept for requests sent again"),
    "uploads": gettext_lazy("Spreadsheets waiting for import"),
    "administration": gettext_lazy("Recent actions of the administration site"),
    "samples": gettext_lazy("Filters of samples"),
}


@require_safe
@refusals
def erasure_list(request: HttpRequest) -> HttpResponse:
    """Every erasure, whatever became of it, the last touched coming first."""
    require_reader(request)
    found = listing(
        request,
        ErasureFilter(request.GET, queryset=Erasure.objects.with_people(), request=request),
        ERASURE_POLICY,
    )
    context = {"listing": found, "trail": [*retention_trail(), (_("Erasures"), "")]}
    return render(request, "privacy/erasure_list.html", context)


@require_safe
@refusals
def erasure_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One erasure: who proposed it and why, what goes, what stays, and what can be done now."""
    erasure = open_visible(request, Erasure.objects.with_people(), pk)
    counts = erasure.counts or erasure.preview
    context = {
        "erasure": erasure,
        "tone": TONES.get(erasure.status, "neutral"),
        "moves": _offered(erasure, request.user),
        "waits_for_another": erasure.status == ErasureStatus.PROPOSED
        and erasure.proposed_by_id == request.user.pk,
        "facts": _facts(erasure),
        "counts": count_rows(counts),
        "is_done": erasure.status == ErasureStatus.DONE,
        "trail": [*_trail(), (str(erasure), "")],
    }
    return render(request, "privacy/erasure_detail.html", context)


def _offered(erasure: Erasure, user: Any) -> list[Any]:
    """The moves open to the reader: nobody decides on what they proposed, but may call it back."""
    own = erasure.proposed_by_id == user.pk
    return [
        step
        for step in erasure.available_transitions
        if not (own and step.name in ("approve", "refuse"))
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def erasure_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Propose to erase a person, with what would go and what would stay."""
    participant = get_visible(request, Participant.objects.all(), pk)
    if not ERASURE_POLICY.anywhere(request.user, Action.EDIT):
        raise Forbidden.on(participant)
    check_free(participant.pk)
    due = due_of(participant.pk)
    heading = _("Propose to erase a person")
    return form_page(
        request,
        "privacy/erasure_new.html",
        ProposalForm(posted(request), initial={"ground": "term" if due else "request"}),
        lambda **data: propose(participant, by=request.user, **data),
        success=_("The erasure was proposed. Somebody else decides."),
        to=Erasure.get_absolute_url,
        context={
            "heading": heading,
            "button": _("Propose the erasure"),
            "cancel_url": participant.get_absolute_url(),
            "facts": [
                (_("Participant"), participant),
                (_("Due since"), due.due_on if due else _("The retention period is not over.")),
            ],
            "counts": count_rows(preview(participant.pk)),
            "days": settings.ERASURE_GRACE_DAYS,
            "trail": [*_trail(), (heading, "")],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def erasure_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Approve an erasure, refuse it, or call it back."""
    step = ERASURE_WORKFLOW.by_name[name]
    erasure = get_visible(request, Erasure.objects.with_people(), pk, needs=step.requires)
    ERASURE_WORKFLOW.step(name, erasure.status, erasure.get_status_display())
    if step not in _offered(erasure, request.user):
        raise Forbidden.on(erasure)
    now = {"version": erasure.version}
    return form_page(
        request,
        FORM,
        transition_form(step)(posted(request), initial=now),
        lambda **data: move_erasure(erasure, name, by=request.user, **data),
        success=step.done,
        to=erasure.get_absolute_url(),
        context={
            "heading": str(step.label),
            "button": str(step.label),
            "cancel_url": erasure.get_absolute_url(),
            "facts": _facts(erasure),
            "intro": INTRODUCTIONS[name],
            "danger": name == "approve",
            "trail": [*_trail(), (str(erasure), erasure.get_absolute_url()), (step.label, "")],
        },
        present=lambda: VersionForm(initial=now),
    )


def _trail() -> list[tuple[Any, str]]:
    return [*retention_trail(), (_("Erasures"), reverse("privacy:erasure_list"))]


def _facts(erasure: Erasure) -> list[tuple[Any, Any]]:
    facts = [
        (_("Participant"), erasure.participant),
        (_("Ground"), erasure.get_ground_display()),
        (_("Retention rule"), erasure.rule),
        (_("Due since"), erasure.due_on),
        (_("Comment"), erasure.comment),
        (_("Proposed by"), erasure.proposed_by),
        (_("Decided by"), erasure.decided_by),
        (_("Comment on the decision"), erasure.decision_comment),
        (_("Carried out from"), erasure.not_before),
        (_("Carried out"), erasure.done_at),
    ]
    return [(name, value) for name, value in facts if value not in (None, "")]


def count_rows(counts: dict[str, dict[str, int]]) -> list[tuple[Any, Any, int]]:
    """Kind of record, what happens to it, how many: a preview or a report as the rows of a table."""
    return [
        (_named(label), GROUPS[group], count)
        for group in GROUPS
        for label, count in sorted(counts.get(group, {}).items())
    ]


def _named(label: str) -> Any:
    if label in TRACES:
        return TRACES[label]
    try:
        return apps.get_model(label)._meta.verbose_name_plural
    except (LookupError, ValueError):
        return label
