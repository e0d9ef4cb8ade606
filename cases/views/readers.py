"""Who sees a case and through what, and the conflicts of interest that keep people out of it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.conflicts import ConflictForm, EndConflictForm, OwnConflictForm
from cases.models import Case, ConflictOfInterest
from cases.policy import CONFLICT_POLICY, Action
from cases.services.conflicts import declare_conflict, end_conflict, obstacle
from cases.services.readers import readers_of
from cases.views.cases import page_of, trail
from peph.accounts.step_up import step_up
from peph.audit import access_log
from peph.errors import Conflict
from peph.pages import form_page, get_visible, posted, refusals

FORM = "form.html"


@require_safe
@refusals
def case_readers(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everybody who can see the case now, by which grants, and what of it; made to be printed."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.AUDIT, case=pk)
    access_log.record("open", request=request, obj=case, case=case, detail={"part": "readers"})
    found = readers_of(case)
    context = {
        "case": case,
        "found": found,
        "may_end": CONFLICT_POLICY.anywhere(request.user, Action.EDIT),
        "printed_on": timezone.localdate(),
        "trail": trail(case, (_("Who sees this case"), "")),
    }
    return render(request, "cases/case_readers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def conflict_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that somebody with an account must not see this case."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.SHARE, case=pk)
    form = ConflictForm(posted(request))
    context = page_of(
        case, _("Declare a conflict of interest, case %(number)s"), _("Declare the conflict")
    )
    context["intro"] = _(
        "The person named here no longer sees this case nor any other case of the same participant, whatever"
        " their role, from their next click on."
    )
    return form_page(
        request,
        FORM,
        form,
        lambda **_data: declare_conflict(case, by=request.user, **form.arguments),
        success=_("The conflict was declared. It holds from now on."),
        to=lambda conflict: _after(request, case, conflict),
        context=context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def conflict_own(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """“I have a conflict with this case”: it then disappears for whoever says so."""
    case = get_visible(request, Case.objects.with_people(), pk, case=pk)
    if why := obstacle(case, request.user):
        raise Conflict(why)
    context = page_of(
        case, _("I have a conflict of interest with the case %(number)s"), _("Declare my conflict")
    )
    context |= {
        "facts": [(_("Case"), case.number), (_("Participant"), case.participant)],
        "warning": _(
            "From now on you no longer see this case nor any other case of this person, on no page. Only a"
            " lead of the programme can give it back to you."
        ),
        "danger": True,
    }
    return form_page(
        request,
        FORM,
        OwnConflictForm(posted(request)),
        lambda **data: declare_conflict(case, by=request.user, user=request.user, **data),
        success=_("Your conflict of interest was declared. You no longer see this case."),
        to=reverse("cases:case_list"),
        context=context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def conflict_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a conflict: what the person holds gives access again."""
    conflict = get_visible(request, ConflictOfInterest.objects.with_people(), pk, needs=Action.EDIT)
    case = conflict.case
    here = _readers_url(case)
    context: dict[str, Any] = page_of(
        case, _("End a conflict of interest, case %(number)s"), _("End the conflict")
    ) | {
        "cancel_url": here,
        "facts": [
            (_("Case"), case.number),
            (_("Person in conflict"), conflict.user),
            (_("Reason"), conflict.reason),
            (_("Declared by"), conflict.declared_by),
        ],
        "warning": _("What the person holds opens the case to them again at once."),
    }
    if conflict.is_over:
        raise Conflict(_("This conflict of interest has already ended."))

    def form(data: Any = None) -> EndConflictForm:
        return EndConflictForm(data, initial={"version": conflict.version})

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: end_conflict(conflict, by=request.user, **data),
        success=_("The conflict has ended."),
        to=here,
        context=context,
        present=form,
    )


def _after(request: HttpRequest, case: Case, conflict: ConflictOfInterest) -> str:
    """Where to go on: whoever named themselves sees the case no more."""
    if conflict.user_id == request.user.pk:
        return reverse("cases:case_list")
    return f"{_readers_url(case)}#conflicts"


def _readers_url(case: Case) -> str:
    return reverse("cases:case_readers", args=[case.pk])
