"""Pages of the calls for projects: list, one with its projects counted, its calendar, its moves."""

import uuid
from copy import copy
from functools import partial
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organizations.filters import CallFilter
from organizations.forms.calls import CallForm, NewCallForm
from organizations.models import Call, Project
from organizations.policy import CALL_POLICY, PROGRAM_POLICY, Action
from organizations.services.calls import create_call, move_call, obstacle, update_call
from organizations.views.moves import moves_of
from organizations.workflow import CALL_WORKFLOW, ProjectStatus
from peph.errors import Forbidden
from peph.fiscal import fiscal_year_label
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.paging import Order
from peph.transition_forms import VersionForm, transition_form

LATEST_YEAR_FIRST = Order("fiscal_year")


@require_safe
@refusals
def call_list(request: HttpRequest) -> HttpResponse:
    """The calls, the latest fiscal year first."""
    found = listing(
        request,
        CallFilter(request.GET, queryset=Call.objects.all(), request=request),
        CALL_POLICY,
        order=LATEST_YEAR_FIRST,
    )
    may_plan = PROGRAM_POLICY.anywhere(request.user, Action.EDIT)
    return render(request, "organizations/call_list.html", {"listing": found, "may_plan": may_plan})


@require_safe
def call_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The calendar of a call, how many projects are in which status, and what can be done now."""
    call = open_visible(request, Call.objects.all(), pk)
    may_edit = "edit" in call.offered
    context = {
        "call": call,
        "facts": _facts(call),
        "counts": _counts(call, request.user),
        "edit_url": reverse("organizations:call_edit", args=[call.pk]) if may_edit else "",
        "moves": moves_of(
            call.available_transitions,
            address=lambda name: reverse("organizations:call_move", args=[call.pk, name]),
            obstacle=partial(obstacle, call),
        ),
        "trail": [*_trail(), (str(call), "")],
    }
    return render(request, "organizations/call_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def call_new(request: HttpRequest) -> HttpResponse:
    """Plan the call of a fiscal year."""
    if not PROGRAM_POLICY.anywhere(request.user, Action.EDIT):
        raise Forbidden
    return form_page(
        request,
        "form.html",
        NewCallForm(posted(request)),
        lambda **data: create_call(by=request.user, **data),
        success=_("The call was planned."),
        to=Call.get_absolute_url,
        context={
            "heading": _("Plan a call for projects"),
            "button": _("Plan the call"),
            "cancel_url": reverse("organizations:call_list"),
            "trail": [*_trail(), (_("Plan a call"), "")],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def call_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the calendar of a call, as far as nothing rests on it yet."""
    call = get_visible(request, Call.objects.all(), pk, needs=Action.EDIT)

    def form(data: Any = None) -> forms.ModelForm:
        return CallForm(data, instance=copy(call), initial={"version": call.version})

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_call(call, by=request.user, **data),
        success=_("The dates of the call were changed."),
        to=call.get_absolute_url(),
        context=_page_of(call, _("Change the dates of “%(call)s”") % {"call": call}, _("Save")),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def call_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Move a call along one row of the table, with what the row asks for."""
    step = CALL_WORKFLOW.by_name[name]
    call = get_visible(request, Call.objects.all(), pk, needs=step.requires)
    CALL_WORKFLOW.step(name, call.status, call.get_status_display())
    now = {"version": call.version}
    context = _page_of(call, str(step.label), str(step.label))
    context["facts"] = [(_("Call for projects"), call), (_("Status"), call.get_status_display())]
    return form_page(
        request,
        "form.html",
        transition_form(step)(posted(request), initial=now),
        lambda **data: move_call(call, name, by=request.user, **data),
        success=str(step.done),
        to=call.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


def _facts(call: Call) -> list[tuple[Any, Any]]:
    return [
        (_("Fiscal year of the placements"), fiscal_year_label(call.fiscal_year)),
        (_("Opens"), call.opens_on),
        (_("Deadline for projects"), call.closes_on),
        (_("The committee meets"), call.committee_on),
        (_("Results"), call.results_on),
        (_("Placements start from"), call.start_from),
        (_("Placements start until"), call.start_to),
    ]


def _counts(call: Call, user: Any) -> list[tuple[Any, int, str]]:
    """(what, how many, the list of them) of the projects the reader sees, in the order of their life."""
    seen = Project.objects.visible_to(user).filter(call=call).order_by()
    by_status = dict(seen.values_list("status").annotate(number=Count("pk")))
    late = seen.aggregate(number=Count("pk", filter=Q(is_late=True)))["number"]
    url = f"{reverse('organizations:project_list')}?call={call.pk}"
    counts = [
        (status.label, by_status[status], f"{url}&status={status.value}")
        for status in ProjectStatus
        if status in by_status
    ]
    return [*counts, (_("Submitted late"), late, f"{url}&late=true")] if late else counts


def _page_of(call: Call, heading: str, button: str) -> dict[str, Any]:
    url = call.get_absolute_url()
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": [*_trail(), (str(call), url), (button, "")],
    }


def _trail() -> list[tuple[str, str]]:
    return [(_("Calls for projects"), reverse("organizations:call_list"))]
