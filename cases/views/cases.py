"""Pages of the cases: list, opening, correcting, handing to another region, moving."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.filters import CaseFilter
from cases.forms.cases import CaseForm, KnownPersonCaseForm, NewCaseForm, TransferForm
from cases.models import Case, Participant
from cases.policy import CASE_POLICY, REGION_CASE_POLICY, Action
from cases.services.cases import move_case, obstacle, open_case, transfer_case, update_case
from cases.views.list_links import links_of
from cases.workflow import CASE_WORKFLOW
from peph.errors import Forbidden, Invalid
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.transition_forms import VersionForm, transition_form

FORM = "form.html"
# Moves after which nobody is proposed any more.
LEAVES_MATCHING = frozenset({"stop-matching", "close"})


@require_safe
@refusals
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases the reader may see, those that moved last coming first."""
    user = request.user
    personal = CASE_POLICY.flags(user)["can_read_personal"]
    rows = Case.objects.with_people().select_related("site__organization")
    found = listing(
        request,
        CaseFilter(
            request.GET, queryset=rows.annotate(can_read_personal=personal), request=request
        ),
        CASE_POLICY,
    )
    context = {
        "listing": found,
        # A host knows whom it hosts, not who answers for the file or where.
        "shows_program": CASE_POLICY.anywhere(user, Action.READ_PERSONAL),
        "can_open": REGION_CASE_POLICY.anywhere(user, Action.TAKE_IN),
        "links": links_of("cases", request),
    }
    return render(request, "cases/case_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def case_new(request: HttpRequest) -> HttpResponse:
    """Open the case of a new person, or of the one named by `?participant=`."""
    if not REGION_CASE_POLICY.anywhere(request.user, Action.TAKE_IN):
        raise Forbidden
    if "participant" in request.GET:
        return _case_of_known(request)
    form = NewCaseForm(posted(request), user=request.user)
    return form_page(
        request,
        "cases/case_new.html",
        form,
        lambda **_data: open_case(by=request.user, **form.arguments),
        success=_("The case was opened."),
        to=Case.get_absolute_url,
        context={
            "heading": _("Open a case"),
            "button": _("Open the case"),
            "cancel_url": reverse("cases:case_list"),
            "trail": [*trail(), (_("Open a case"), "")],
        },
    )


def _case_of_known(request: HttpRequest) -> HttpResponse:
    person = get_visible(
        request, Participant.objects.all(), _key(request.GET["participant"]), needs=Action.EDIT
    )
    return form_page(
        request,
        FORM,
        KnownPersonCaseForm(posted(request), user=request.user),
        lambda **data: open_case(by=request.user, participant=person, **data),
        success=_("The case was opened."),
        to=Case.get_absolute_url,
        context={
            "heading": _("Open a new case for %(name)s") % {"name": person},
            "button": _("Open the case"),
            "cancel_url": person.get_absolute_url(),
            "trail": [*trail(), (str(person), person.get_absolute_url()), (_("Open a case"), "")],
        },
    )


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Invalid from error


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def case_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct what does not follow from a transition."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)

    def form(data: Any = None) -> CaseForm:
        return CaseForm(data, instance=copy(case), initial={"version": case.version})

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: update_case(case, by=request.user, **data),
        success=_("The case was updated."),
        to=case.get_absolute_url(),
        context=page_of(case, _("Correct the case %(number)s"), _("Save")),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def case_transfer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand a case to another region, with its placements and follow-ups."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.DECIDE, case=pk)
    context = page_of(
        case, _("Transfer the case %(number)s to another region"), _("Transfer the case")
    )
    context["facts"] = [(_("Participant"), case.participant), (_("Present region"), case.region)]
    context["intro"] = _(
        "Placements and follow-ups go along. The new region chooses who answers for the case."
    )
    return form_page(
        request,
        FORM,
        TransferForm(posted(request), user=request.user, case=case),
        lambda **data: transfer_case(case, by=request.user, **data),
        success=_("The case was transferred."),
        to=case.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial={"version": case.version}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def case_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Move a case along one row of the table, with what the row asks for."""
    step = CASE_WORKFLOW.by_name[name]
    case = get_visible(request, Case.objects.with_people(), pk, needs=step.requires, case=pk)
    CASE_WORKFLOW.step(name, case.status, case.get_status_display())
    if refusal := obstacle(case, name, by=request.user):
        raise refusal
    context = page_of(case, str(step.label), str(step.label))
    context["facts"] = [
        (_("Case"), case.number),
        (_("Participant"), case.participant),
        (_("Status"), case.get_status_display()),
    ]
    if name in LEAVES_MATCHING:
        context["intro"] = matches_end(case)
    if step.ends:
        context["warning"] = _(
            "After this the case is “%(status)s”. The person concerned must be told."
        ) % {"status": dict(Case._meta.get_field("status").flatchoices)[step.target]}
        context["danger"] = True
    return form_page(
        request,
        FORM,
        transition_form(step)(posted(request), initial={"version": case.version}),
        lambda **data: move_case(case, name, by=request.user, **data),
        success=step.done,
        to=case.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial={"version": case.version}),
    )


# ------------------------------------------------------------------ what the forms of a case share
def trail(case: Case | None = None, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """The way to a page about cases."""
    here = [(_("Cases"), reverse("cases:case_list"))]
    if case is not None:
        here.append((case.number, case.get_absolute_url()))
    return [*here, *more]


def matches_end(case: Case) -> str:
    """What is said before a move that withdraws the open matches of a case; nothing when there is none."""
    if not case.matches.open().exists():
        return ""
    return _("The open matches of this person are then withdrawn.")


def page_of(case: Case, heading: str, button: str, **words: object) -> dict[str, Any]:
    """What a page with a form about one case shows around it; `words` stand in the heading too."""
    # All at once: a title put in first may hold a “%” of its own.
    heading = heading % {"number": case.number, **words}
    return {
        "heading": heading,
        "button": button,
        "cancel_url": case.get_absolute_url(),
        "trail": trail(case, (heading, "")),
    }
