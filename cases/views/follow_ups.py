"""Pages of the follow-ups: what is due, planning one, changing it, saying what came of it."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.filters import FollowUpFilter
from cases.forms.follow_ups import DoneForm, FollowUpForm, NewFollowUpForm
from cases.models import Case, FollowUp
from cases.policy import FOLLOW_UP_POLICY, Action
from cases.services.follow_ups import add_follow_up, complete_follow_up, update_follow_up
from cases.services.outcomes import answered_by
from cases.views.cases import page_of
from peph.errors import Conflict
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.paging import Order
from peph.transition_forms import VersionForm

FORM = "form.html"


@require_safe
@refusals
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """The follow-ups the reader may see: what is due first, or what was due last among those done."""
    user = request.user
    rows = FollowUp.objects.with_people().with_abilities(user)
    found = listing(
        request,
        FollowUpFilter(request.GET, queryset=rows, request=request),
        FOLLOW_UP_POLICY,
        order=Order("due_on", descending=request.GET.get("when") == "done"),
    )
    return render(request, "cases/follow_up_list.html", {"listing": found})


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def follow_up_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Plan a follow-up besides those of the schedule."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)
    if not case.is_open:
        raise Conflict(_("This case is closed: reopen it first."))
    return form_page(
        request,
        FORM,
        NewFollowUpForm(posted(request), user=request.user, case=case),
        lambda **data: add_follow_up(case, by=request.user, **data),
        success=_("The follow-up was planned."),
        to=FollowUp.get_absolute_url,
        context=page_of(case, _("Plan a follow-up of the case %(number)s"), _("Plan it")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def follow_up_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change a follow-up that is not done: another day, somebody else, shared or not."""
    follow_up = _to_do(request, pk)

    def form(data: Any = None) -> FollowUpForm:
        return FollowUpForm(data, instance=copy(follow_up), initial={"version": follow_up.version})

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: update_follow_up(follow_up, by=request.user, **data),
        success=_("The follow-up was changed."),
        to=follow_up.get_absolute_url(),
        context=_context(follow_up, _("Change the follow-up “%(title)s”"), _("Save")),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def follow_up_done(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say when and how it was done, what came of it, and when the next one is due."""
    follow_up = _to_do(request, pk)
    if moment := answered_by(follow_up):
        # Done along with the outcome; by itself it would leave the outcome unknown.
        return redirect("cases:outcome_new", pk=follow_up.placement_id, moment=moment.value)
    now = {"version": follow_up.version, "is_shared": follow_up.is_shared}
    return form_page(
        request,
        FORM,
        DoneForm(posted(request), initial=now),
        lambda **data: complete_follow_up(follow_up, by=request.user, **data),
        success=_("The follow-up was recorded."),
        to=follow_up.get_absolute_url(),
        context=_context(follow_up, _("Record the follow-up “%(title)s”"), _("Record it")),
        present=lambda: VersionForm(initial=now),
    )


def _to_do(request: HttpRequest, pk: uuid.UUID) -> FollowUp:
    follow_up = get_visible(request, FollowUp.objects.with_people(), pk, needs=Action.EDIT)
    if follow_up.done_on is not None:
        raise Conflict(_("This follow-up is done: add another one instead."))
    return follow_up


def _context(follow_up: FollowUp, heading: str, button: str) -> dict[str, Any]:
    case = follow_up.case
    context = page_of(case, heading, button, title=follow_up.title)
    context["facts"] = [
        (_("Case"), case.number),
        (_("Participant"), case.participant),
        (_("Due"), follow_up.due_on),
        (_("Responsible"), follow_up.responsible),
    ]
    return context
