"""Progress reports: their part of the placement's page with the presence, writing one, correcting one."""

import datetime as dt
import uuid
from copy import copy
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.plans import CorrectedReportForm, ReportForm
from cases.models import FollowUp, Placement, Report
from cases.policy import HOST_POLICY, Action
from cases.services.presence import Presence, presence_of
from cases.services.reports import add_report, correct_report
from cases.views.placements import page_of
from cases.views.sections import Section
from cases.workflow import PLACEMENT_ENDED, PLACEMENT_STARTED
from peph.errors import Conflict
from peph.pages import form_page, get_visible, posted, refusals

REPORTS = "reports"
# How a concern is shown; none is not.
TONES: dict[str, str] = {FollowUp.Concern.WATCH: "warning", FollowUp.Concern.URGENT: "error"}


def report_section(request: HttpRequest, placement: Placement) -> Section | None:
    """Presence and reports, the latest first; nothing before the placement began."""
    if placement.status not in PLACEMENT_STARTED | PLACEMENT_ENDED:
        return None
    user = request.user
    found = Report.objects.visible_to(user).with_abilities(user).filter(placement=placement)
    reports = list(found.select_related("recorded_by").order_by("-to_on", "pk"))
    presence = presence_of(placement, reports, placement.suspensions.all(), timezone.localdate())
    shown = {
        "placement": placement,
        "reports": [(report, TONES.get(report.concern, "")) for report in reports],
        "presence": _facts(presence),
        "may_report": placement.can_report,  # type: ignore[attr-defined]
    }
    return Section(
        name=REPORTS,
        title=_("Presence and progress"),
        template="cases/_placement_reports.html",
        shown=shown,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def report_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write the report of a period, in one's own name or down for the host."""
    rows = Placement.objects.with_people()
    placement = get_visible(request, rows, pk, needs=Action.REPORT)
    if placement.status not in PLACEMENT_STARTED | PLACEMENT_ENDED:
        raise Conflict(_("A placement is reported on once it has begun."))
    own = HOST_POLICY.allows(request.user, Action.REPORT, placement)
    objectives = list(placement.objectives.all()) if placement.is_current else []
    known = {
        "from_on": _next_day(placement),
        "author_name": str(request.user) if own else placement.supervisor_name,
    }

    def form(data: Any = None) -> ReportForm:
        return ReportForm(data, objectives=objectives, initial=known)

    context = page_of(
        placement,
        _("Progress report on %(name)s") % {"name": placement.participant},
        _("Send the report"),
        _("Progress report"),
    )
    if not own:
        context["intro"] = _(
            "You write this report down for the host organisation: it is kept and shown as such."
        )
    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: add_report(placement, by=request.user, **data),
        success=_("The report was recorded."),
        to=f"{placement.get_absolute_url()}#{REPORTS}",
        context=context,
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def report_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a report, saying why; what it said before stays in the history."""
    rows = Report.objects.select_related(
        "case", "placement__participant", "placement__site__organization"
    )
    report = get_visible(request, rows, pk, needs=Action.EDIT)

    def form(data: Any = None) -> CorrectedReportForm:
        return CorrectedReportForm(data, instance=copy(report), initial={"version": report.version})

    placement = report.placement
    context = page_of(placement, _("Correct a progress report"), _("Save"), _("Correct a report"))
    context["facts"] = [
        (_("Participant"), placement.participant),
        (_("Period"), _period(report)),
        (_("Reported by"), report.author_name),
    ]
    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: correct_report(report, by=request.user, **data),
        success=_("The report was corrected."),
        to=f"{placement.get_absolute_url()}#{REPORTS}",
        context=context,
        present=form,
    )


# ------------------------------------------------------------------ what is shown
def _facts(presence: Presence) -> list[tuple[Any, Any]]:
    rows: list[tuple[Any, Any]] = [
        (_("Reported until"), presence.reported_until),
        (_("Hours worked"), presence.hours_worked),
        (_("Hours absent"), presence.hours_absent),
        (_("Presence"), None if presence.rate is None else _percent(presence.rate)),
        (_("Weeks of work so far"), presence.weeks),
        (_("Hours agreed for these weeks"), presence.hours_expected),
        (_("Hours no report covers"), presence.hours_untold),
    ]
    if presence.hours_missed is not None:
        rows.append((_("Hours missed by the early end"), presence.hours_missed))
    return rows


def _percent(rate: Decimal) -> str:
    return _("%(rate)s%%") % {"rate": number_format(rate)}


def _next_day(placement: Placement) -> dt.date | None:
    """Where the next period begins: after the last one reported."""
    last = placement.reports.order_by("-to_on").values_list("to_on", flat=True).first()
    return last + dt.timedelta(days=1) if last else placement.started_on


def _period(report: Report) -> str:
    return _("From %(left)s to %(back)s") % {
        "left": report.from_on.isoformat(),
        "back": report.to_on.isoformat(),
    }
