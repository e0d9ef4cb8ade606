"""The checks, one a line of the table, in the order in which people meet them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Placement
from cases.services.data_checks import finding
from cases.services.data_checks.check import DataCheck
from cases.workflow import PLACEMENT_CURRENT, PLACEMENT_STARTED, CaseStatus, PlacementStatus

BEFORE_START = (PlacementStatus.TO_SIGN, PlacementStatus.SIGNED, PlacementStatus.PREPARATION)

CHECKS: tuple[DataCheck, ...] = (
    DataCheck(
        "past-end",
        _("Placement whose end has passed, still under way"),
        _("Complete it, ask for an extension or correct its end."),
        lambda today: finding.since(
            Placement.objects.filter(status__in=PLACEMENT_STARTED, planned_end__lt=today),
            "planned_end",
        ),
        "case",
    ),
    DataCheck(
        "start-unconfirmed",
        _("Placement that should have started"),
        _("Confirm the start, report a no-show, or plan another day."),
        lambda today: finding.since(
            Placement.objects.filter(status__in=BEFORE_START, planned_start__lt=today),
            "planned_start",
        ),
        "case",
    ),
    DataCheck(
        "placement-return-passed",
        _("Suspended placement whose expected return has passed"),
        _("Resume it, end it, or plan another return."),
        lambda today: finding.since(
            Placement.objects.filter(status=PlacementStatus.SUSPENDED, resume_on__lt=today),
            "resume_on",
        ),
        "case",
    ),
    DataCheck(
        "too-long",
        _("Placement longer than the programme allows"),
        _("Correct its end."),
        finding.too_long,
        "case",
    ),
    DataCheck(
        "overlap",
        _("Two placements of one person at the same time"),
        _("Correct the dates of one of them."),
        finding.overlapping,
        "case",
    ),
    DataCheck(
        "host-gone",
        _("Placement at an organisation that no longer exists"),
        _("Move the placement to the organisation that replaced it."),
        lambda today: finding.since(
            Placement.objects.filter(
                status__in=PLACEMENT_CURRENT, organization__valid_to__lt=today
            ),
            "organization__valid_to",
        ),
        "case",
    ),
    DataCheck(
        "evaluation-missing",
        _("Evaluation more than fifteen days late"),
        _("Send the host a link, or fill it in with them."),
        finding.evaluation_missing,
        "case",
    ),
    DataCheck(
        "outcome-missing",
        _("Placement over, without its outcome"),
        _("Record what became of the person."),
        finding.without_outcome,
        "case",
    ),
    DataCheck(
        "accommodation-late",
        _("Placement started before its accommodation was in place"),
        _("Say that it is in place, or when it will be."),
        finding.accommodation_late,
        "case",
    ),
    DataCheck(
        "no-contact",
        _("Nobody was in touch with the person for too long"),
        _("Call, and record the follow-up."),
        finding.without_contact,
    ),
    DataCheck(
        "no-coordinator",
        _("Case without a responsible coordinator"),
        _("Name who answers for it."),
        lambda today: finding.since(finding.open_cases(coordinator__isnull=True), "referred_on"),
    ),
    DataCheck(
        "review-late",
        _("Eligibility not decided within 60 days of the application"),
        _("Decide, or ask for what is missing."),
        lambda today: finding.since(
            Case.objects.filter(
                status=CaseStatus.ELIGIBILITY_REVIEW,
                applied_on__lt=today - dt.timedelta(days=finding.REVIEW_DAYS),
            ),
            "applied_on",
        ),
    ),
    DataCheck(
        "consent-expired",
        _("Consent to keep the file expired"),
        _("Ask for it again, or close the case."),
        finding.consent_expired,
    ),
    DataCheck(
        "duplicate-person",
        _("Probably the same person twice"),
        _("Compare the two files; keep one, or set this aside with the reason."),
        finding.twice,
    ),
    DataCheck(
        "placed-nowhere",
        _("Case in placement without a placement under way"),
        _("Open the placement, or bring the case back to its true state."),
        finding.placed_nowhere,
    ),
    DataCheck(
        "case-return-passed",
        _("Interrupted case whose expected return has passed"),
        _("Resume it, or plan another return."),
        lambda today: finding.since(Case.objects.awaited(today), "resume_on"),
    ),
    DataCheck(
        "to-close",
        _("Case followed for more than a year after the placement"),
        _("Record the last outcome and close the case."),
        finding.to_close,
    ),
)
BY_CODE = {check.code: check for check in CHECKS}


def problem_counts(user: Any, **narrowed: Any) -> Iterator[tuple[DataCheck, int]]:
    """Each check with how many problems the person sees; `narrowed` are fields of the case."""
    for check in CHECKS:
        rows = check.visible_to(user).filter(**{check.at(k): v for k, v in narrowed.items()})
        yield check, rows.order_by().count()
