"""Pages of findings: the list, one of them, noting it, correcting it, answering, closing."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from auditing.forms.findings import FindingForm
from auditing.lists.samples import FindingFilter
from auditing.models import Finding, Sample, SampleItem
from auditing.policy import FINDING_POLICY, SAMPLE_POLICY
from auditing.services.findings import add_finding, move_finding, update_finding
from auditing.views.sample_items import item_url
from auditing.views.sample_words import finding_facts
from auditing.workflow import FINDING_WORKFLOW, FindingState
from cases.models import Case
from cases.policy import Action
from peph.errors import Conflict, Forbidden
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.transition_forms import VersionForm, transition_form

LOCKED = gettext_lazy("This sample is no longer open: nothing in it can change.")
INTRODUCTIONS = {
    "answer": gettext_lazy("Say what was done or will be done. The auditor reads it and closes the finding."),
    "return": gettext_lazy("Say what is missing from the answer; whoever answers reads it in the history."),
    "close": gettext_lazy("The answer settles the finding."),
    "withdraw": gettext_lazy("The finding no longer counts. The history keeps it, with the reason."),
}  # fmt: skip


@require_safe
@refusals
def finding_list(request: HttpRequest) -> HttpResponse:
    """The findings the reader may see: all of a mandate, or those about the cases of a region."""
    found = listing(
        request,
        FindingFilter(request.GET, queryset=Finding.objects.with_people(), request=request),
        FINDING_POLICY,
    )
    return render(request, "auditing/finding_list.html", {"listing": found})


@require_safe
@refusals
def finding_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One finding from what was noted to how it was closed."""
    finding = open_visible(request, Finding.objects.with_people(), pk)
    user = request.user
    case = finding.case
    sees_sample = SAMPLE_POLICY.allows(user, Action.VIEW, finding.sample)
    context = {
        "finding": finding,
        "facts": finding_facts(finding),
        "moves": finding.available_transitions,
        "may_edit": finding.can_edit
        and finding.sample.is_open
        and finding.state == FindingState.OPEN,
        "case": case
        if case and Case.objects.visible_to(user).filter(pk=case.pk).exists()
        else None,
        "sees_sample": sees_sample,
        "trail": _trail(finding, ""),
    }
    return render(request, "auditing/finding_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def finding_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Note a finding on a sample; `item` and `question` of the address say on what."""
    sample = get_visible(request, Sample.objects.with_people(), pk, needs=Action.EDIT)
    if not sample.is_open:
        raise Conflict(LOCKED)
    item = _item_asked(sample, request.GET.get("item", ""), request.user)
    asked = sample.asked.filter(question__code=request.GET.get("question", "")[:40]).first()
    url = item_url(sample, item.position) if item else sample.get_absolute_url()
    heading = _("Note a finding")
    return form_page(
        request,
        "form.html",
        FindingForm(
            posted(request),
            sample=sample,
            instance=Finding(sample=sample, item=item),
            initial={"question": asked.question_id if asked else None, "text": _said(item, asked)},
        ),
        lambda **data: add_finding(sample, by=request.user, item=item, **data),
        success=_("The finding was noted."),
        to=f"{url}#findings",
        context={
            "heading": heading,
            "button": _("Note it"),
            "cancel_url": url,
            "facts": [(_("Sample"), sample.number), (_("Record"), item or _("The whole sample"))],
            "intro": _("Whoever decides on the case reads it at once, and answers it."),
            "trail": [
                (_("Samples"), reverse("auditing:sample_list")),
                (sample.number, sample.get_absolute_url()),
                (heading, ""),
            ],
        },
    )


def _item_asked(sample: Sample, text: str, user: Any) -> SampleItem | None:
    position = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0
    rows = sample.items.visible_to(user).select_related("subject_case")
    return rows.filter(position=position).first()


def _said(item: SampleItem | None, asked: Any) -> str:
    """What the auditor wrote beside the “no”: the finding begins with it."""
    if item is None or asked is None:
        return ""
    answer = item.answers.filter(question=asked.question_id).first()
    return answer.comment if answer else ""


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def finding_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a finding that nobody answered yet."""
    finding = get_visible(request, Finding.objects.with_people(), pk, needs=Action.EDIT)
    if not finding.sample.is_open:
        raise Conflict(LOCKED)
    heading = _("Correct the finding %(number)s") % {"number": finding}

    def form(data: Any = None) -> FindingForm:
        return FindingForm(
            data,
            sample=finding.sample,
            instance=copy(finding),
            initial={"version": finding.version},
        )

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_finding(finding, by=request.user, **data),
        success=_("The finding was corrected."),
        to=finding.get_absolute_url(),
        context={
            "heading": heading,
            "button": _("Save"),
            "cancel_url": finding.get_absolute_url(),
            "trail": _trail(finding, heading),
        },
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def finding_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Answer a finding, ask for another answer, close it, or withdraw it."""
    step = FINDING_WORKFLOW.by_name[name]
    finding = get_visible(request, Finding.objects.with_people(), pk, needs=step.requires)
    FINDING_WORKFLOW.step(name, finding.state, finding.get_state_display())
    if name == "withdraw" and not finding.sample.is_open:
        raise Conflict(LOCKED)
    if name == "answer" and finding.noted_by_id == request.user.pk:
        raise Forbidden
    return form_page(
        request,
        "form.html",
        transition_form(step)(posted(request), initial={"version": finding.version}),
        lambda **data: move_finding(finding, name, by=request.user, **data),
        success=step.done,
        to=finding.get_absolute_url(),
        context={
            "heading": f"{step.label} {finding}",
            "button": step.label,
            "cancel_url": finding.get_absolute_url(),
            "intro": INTRODUCTIONS[name],
            "facts": finding_facts(finding),
            "danger": name == "withdraw",
            "trail": _trail(finding, str(step.label)),
        },
        present=lambda: VersionForm(initial={"version": finding.version}),
    )


def _trail(finding: Finding, page: str) -> list[tuple[Any, str]]:
    way = [
        (_("Findings"), reverse("auditing:finding_list")),
        (str(finding), finding.get_absolute_url()),
    ]
    return [*way, (page, "")] if page else way
