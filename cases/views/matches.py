"""Pages of matching: the list, the work profile, proposing, and moving a match. One match is `match_page`."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.matches import ProposalForm, WorkProfileForm
from cases.lists.matches import MatchFilter
from cases.models import Case, Match
from cases.policy import MATCH_POLICY, Action
from cases.services.fit import hours_text
from cases.services.matches import (
    move_match,
    obstacle,
    propose_match,
    save_work_profile,
    work_profile_of,
)
from cases.views.cases import page_of as page_of_case
from cases.workflow import MATCH_WORKFLOW
from peph.errors import Conflict, Invalid
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.transition_forms import VersionForm, transition_form
from peph.workflow import Transition

FROM_A_LIST = gettext_lazy(
    "The reason is chosen from a list, so that nothing about anybody’s health is kept."
)
# What a move does, said before it is made.
INTRODUCTIONS = {
    "send": gettext_lazy(
        "The host then reads the profile of the person, as long as the consent lasts."
    ),
    "hold-interview": gettext_lazy("The host then has ten working days to answer."),
    "accept": gettext_lazy(
        "This opens the placement with what the project says: site, supervisor, hours. "
        "Other open matches of the person are withdrawn."
    ),
    "turn-down": FROM_A_LIST,
    "decline": FROM_A_LIST,
    "withdraw": FROM_A_LIST,
}


@require_safe
@refusals
def match_list(request: HttpRequest) -> HttpResponse:
    """The matches the reader may see, those that moved last coming first."""
    found = listing(
        request,
        MatchFilter(request.GET, queryset=Match.objects.with_people(), request=request),
        MATCH_POLICY,
    )
    return render(request, "cases/match_list.html", {"listing": found})


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def work_profile_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write what the person of a case looks for, and what the place must have."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)
    if not case.is_open:
        raise Conflict(_("This case is closed: reopen it first."))
    profile = work_profile_of(case)

    def form(data: Any = None) -> WorkProfileForm:
        return WorkProfileForm(data, instance=copy(profile), initial={"version": profile.version})

    return form_page(
        request,
        "cases/work_profile_form.html",
        form(posted(request)),
        lambda **data: save_work_profile(case, by=request.user, **data),
        success=_("The work profile was saved."),
        to=f"{case.get_absolute_url()}#matching",
        context=page_of_case(case, _("Work profile of the case %(number)s"), _("Save")),
        present=form,
    )


@require_POST
@refusals
def match_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Propose the person of a case for one project: a button beside a row of a ranking."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.DECIDE, case=pk)
    form = ProposalForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Invalid(_("Choose the project among those that are open to you."))
    match = propose_match(case, form.cleaned_data["project"], by=request.user)
    return redirect(match)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def match_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Move a match along one row of the table, with what the row asks for."""
    step = MATCH_WORKFLOW.by_name[name]
    rows = Match.objects.with_people().select_related("case__region", "project__job_class")
    match = get_visible(request, rows, pk, needs=step.requires)
    MATCH_WORKFLOW.step(name, match.status, match.get_status_display())
    if refusal := obstacle(match, name, by=request.user):
        raise refusal
    context = page_of(match, str(step.label), str(step.label))
    context["facts"] = [
        (_("Participant"), match.case.participant),
        (_("Project"), match.project),
        (_("Host site"), match.site),
        (_("Status"), match.get_status_display()),
    ]
    if name == "accept":
        # What the placement will say.
        context["facts"] += [
            (_("Job class"), match.project.job_class),
            (_("Hours a week"), hours_text(match.project.hours_per_week)),
            (_("Supervisor"), match.project.supervisor_name),
            (_("Mentor"), match.project.mentor_name),
        ]
    context["intro"] = INTRODUCTIONS.get(name, "")
    if step.ends and name != "accept":
        context["warning"] = _("This ends the match. It cannot be taken back here.")
        context["danger"] = True
    return form_page(
        request,
        "form.html",
        transition_form(step)(posted(request), initial=_known(match, step)),
        lambda **data: move_match(match, name, by=request.user, **data),
        success=str(step.done),
        to=match.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial={"version": match.version}),
    )


def _known(match: Match, step: Transition) -> dict[str, Any]:
    """What most often is the answer: facts are of today, the start is when the project can start."""
    today = timezone.localdate()
    return {
        "version": match.version,
        "planned_start": max(match.project.starts_from, today),
        **{each.name: today for each in step.inputs if each.limit == "past"},
    }


def page_of(match: Match, heading: str, button: str) -> dict[str, Any]:
    """What every form on a match shows around it."""
    url = match.get_absolute_url()
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": [*matches_trail(), (title_of(match), url), (heading, "")],
    }


def title_of(match: Match) -> str:
    """The person and the project: what a host may know of the file."""
    return f"{match.case.participant} – {match.project}"


def matches_trail() -> list[tuple[str, str]]:
    return [(_("Matches"), reverse("cases:match_list"))]
