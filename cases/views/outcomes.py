"""Pages of the outcomes: recording one, correcting it; their part of the pages of a placement and a case."""

import uuid
from copy import copy
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.outcomes import NewOutcomeForm, OutcomeForm
from cases.models import Case, Document, Outcome, Placement
from cases.policy import CASE_POLICY, OUTCOME_POLICY, Action
from cases.services.outcomes import (
    check_moment,
    due_on,
    is_followed_to_the_end,
    moments_of,
    record_outcome,
    update_outcome,
)
from cases.views.placements import page_of
from cases.views.sections import Section
from cases.workflow import PLACEMENT_ENDED, PLACEMENT_STARTED
from peph.errors import Conflict
from peph.pages import form_page, get_visible, posted, refusals


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def outcome_new(request: HttpRequest, pk: uuid.UUID, moment: str) -> HttpResponse:
    """Record what became of the person at one of the four moments."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.EDIT)
    check_moment(placement, moment)
    if placement.outcomes.filter(moment=moment).exists():
        raise Conflict(_("The outcome at this moment is already there: correct it instead."))
    blank = Outcome.of(placement, moment=moment, job_class=placement.job_class)
    return form_page(
        request,
        "form.html",
        NewOutcomeForm(posted(request), instance=blank, user=request.user),
        lambda **data: record_outcome(placement, by=request.user, moment=moment, **data),
        success=_("The outcome was recorded."),
        to=f"{placement.get_absolute_url()}#outcomes",
        context=_context(placement, blank, _("Record the outcome: %(moment)s"), _("Record it")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def outcome_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct an outcome."""
    rows = Outcome.objects.select_related("placement__participant", "placement__site__organization")
    outcome = get_visible(request, rows, pk, needs=Action.EDIT)
    placement = outcome.placement

    def form(data: Any = None) -> OutcomeForm:
        return OutcomeForm(
            data, instance=copy(outcome), initial={"version": outcome.version}, user=request.user
        )

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_outcome(outcome, by=request.user, **data),
        success=_("The outcome was corrected."),
        to=f"{placement.get_absolute_url()}#outcomes",
        context=_context(placement, outcome, _("Correct the outcome: %(moment)s"), _("Save")),
        present=form,
    )


def _context(placement: Placement, outcome: Outcome, heading: str, button: str) -> dict[str, Any]:
    heading = heading % {"moment": outcome.get_moment_display()}
    context = page_of(placement, heading, button, heading)
    context["facts"] = [
        (_("Participant"), placement.participant),
        (_("Host site"), placement.site),
        (_("Last day worked"), placement.ended_on),
        (_("Due"), due_on(placement, outcome.moment)),
    ]
    return context


# ------------------------------------------------------------------ on the pages of a placement and a case
def placement_outcomes(request: HttpRequest, placement: Placement) -> Section | None:
    """The four moments of a placement that began, for the programme and its auditors; not for hosts."""
    user = request.user
    if placement.status not in PLACEMENT_STARTED | PLACEMENT_ENDED:
        return None
    # The columns the rule looks at are those of the placement itself.
    if not OUTCOME_POLICY.allows(user, Action.VIEW, placement):
        return None
    recorded = _recorded(user, Outcome.objects.filter(placement=placement))
    return Section(
        name="outcomes",
        title=_("After the placement"),
        template="cases/_section_outcomes.html",
        shown={
            "placement": placement,
            "is_over": placement.status in PLACEMENT_ENDED,
            "moments": moments_of(placement, recorded),
            "may_edit": placement.can_edit,  # type: ignore[attr-defined]
            "close": _to_close(user, placement.case, recorded),
        },
    )


def case_outcomes(request: HttpRequest, case: Case) -> Section | None:
    """What became of the person, all placements together; what is next once the last moment is known."""
    if not case.can_read_personal:  # type: ignore[attr-defined]
        return None
    rows = Outcome.objects.filter(case=case).select_related("placement__site__organization")
    recorded = _recorded(request.user, rows)
    if not recorded:
        return None
    return Section(
        name="outcomes",
        title=_("After the placement"),
        template="cases/_section_case_outcomes.html",
        shown={"outcomes": recorded, "close": _to_close(request.user, case, recorded)},
    )


def _recorded(user: Any, rows: Any) -> list[Outcome]:
    seen = rows.visible_to(user).with_abilities(user).select_related("job_class", "recorded_by")
    # Evidence the reader may not see is not named.
    evidence = Prefetch("evidence", queryset=Document.objects.visible_to(user))
    return list(seen.prefetch_related(evidence).order_by("checked_on", "pk"))


def _to_close(user: Any, case: Case, recorded: list[Outcome]) -> Case | None:
    """The case when closing it is what comes next, for whoever may."""
    if case.is_open and is_followed_to_the_end(recorded):
        return case if CASE_POLICY.allows(user, Action.DECIDE, case) else None
    return None
