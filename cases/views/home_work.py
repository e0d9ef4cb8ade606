"""What the first page holds for each kind of work: one function a kind, from a person to blocks."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent, FollowUp, Placement
from cases.views.home_blocks import (
    MOST_COUNTED,
    MOST_ROWS,
    Block,
    address,
    case_block,
    follow_up_block,
    of_status,
    placement_block,
)
from cases.workflow import CaseStatus, PlacementStatus
from organizations.models import Region
from peph.audit.models import AccessLog
from peph.paging import count_up_to

ENDING_DAYS = 60
RECENT_DAYS = 30
WAITING = (CaseStatus.ELIGIBLE, CaseStatus.MATCHING)
BEFORE_DECISION = (
    CaseStatus.REFERRED,
    CaseStatus.INTAKE,
    CaseStatus.ELIGIBILITY_REVIEW,
    CaseStatus.AWAITING_DOCUMENTS,
)


def officer_blocks(user: Any) -> list[Block]:
    """Coordinators and the lead: what is late, due, ending, new, one's own, and who is expected back."""
    today = timezone.localdate()
    cases = Case.objects.visible_to(user)
    return [
        follow_up_block(
            "late",
            _("Late follow-ups"),
            FollowUp.objects.overdue(today),
            user,
            empty=_("Nothing is late."),
            url=address("cases:follow_up_list", when="overdue"),
            link=_("All late follow-ups"),
        ),
        follow_up_block(
            "week",
            _("Due within 7 days"),
            FollowUp.objects.due_within(7, today),
            user,
            empty=_("Nothing is due this week."),
            url=address("cases:follow_up_list", when="week"),
            link=_("All follow-ups due within 7 days"),
        ),
        _ending(user, today),
        case_block(
            "referred",
            _("Recently referred"),
            cases.filter(status=CaseStatus.REFERRED),
            "-updated_at",
            empty=_("No referral waits for a first contact."),
            url=address("cases:case_list", status=CaseStatus.REFERRED),
            link=_("All referred cases"),
        ),
        _own_cases(user, cases),
        case_block(
            "awaited",
            _("Interrupted, expected back already"),
            cases.awaited(today),
            "resume_on",
            empty=_("Nobody is expected back."),
            url=address("cases:case_list", awaited="true"),
            link=_("All cases whose expected return has passed"),
        ),
    ]


def _own_cases(user: Any, cases: QuerySet) -> Block:
    own = cases.filter(coordinator=user).exclude(status=CaseStatus.CLOSED)
    counted = dict(own.order_by().values_list("status").annotate(number=Count("pk")))
    return Block(
        name="own",
        kind="counts",
        title=_("My cases"),
        rows=[
            (status.label, counted[status], address("cases:case_list", mine="true", status=status))
            for status in CaseStatus
            if status in counted
        ],
        count=sum(counted.values()),
        empty=_("No case is in your name."),
        url=address("cases:case_list", mine="true", open="true"),
        link=_("All my open cases"),
    )


def _ending(user: Any, today: dt.date) -> Block:
    return placement_block(
        "ending",
        _("Placements ending within 60 days"),
        Placement.objects.ending_by(today + dt.timedelta(days=ENDING_DAYS)),
        user,
        empty=_("No placement ends soon."),
        url=address("cases:placement_list", ending_within=ENDING_DAYS),
        link=_("All placements ending within 60 days"),
    )


def lead_blocks(user: Any) -> list[Block]:
    """The lead: the regions side by side."""
    cases = _by_region(
        Case.objects.visible_to(user).open(),
        open=Count("pk"),
        deciding=Count("pk", filter=Q(status__in=BEFORE_DECISION)),
        waiting=Count("pk", filter=Q(status__in=WAITING)),
        placed=Count("pk", filter=Q(status=CaseStatus.IN_PLACEMENT)),
    )
    late = _by_region(
        FollowUp.objects.visible_to(user).overdue(timezone.localdate()), late=Count("pk")
    )
    none = {"open": 0, "deciding": 0, "waiting": 0, "placed": 0, "late": 0}
    rows = [
        {
            "region": region,
            "url": address("cases:case_list", region=region.pk, open="true"),
            "late_url": address("cases:follow_up_list", region=region.pk, when="overdue"),
            **none,
            **cases.get(region.pk, {}),
            **late.get(region.pk, {}),
        }
        for region in Region.objects.all()
    ]
    return [Block(name="regions", kind="regions", title=_("By region"), rows=rows)]


def _by_region(rows: QuerySet, **counts: Any) -> dict[Any, dict[str, int]]:
    found = rows.order_by().values("region_id").annotate(**counts)
    return {row.pop("region_id"): row for row in found}


def host_blocks(user: Any) -> list[Block]:
    """Hosts: what they sign and confirm, who works there, what was agreed to follow."""
    today = timezone.localdate()
    shared = FollowUp.objects.to_do().filter(
        is_shared=True, due_on__lte=today + dt.timedelta(days=RECENT_DAYS)
    )
    return [
        placement_block(
            "to-sign",
            _("Agreements to sign"),
            of_status(PlacementStatus.TO_SIGN),
            user,
            move="sign",
            empty=_("No agreement waits for a signature."),
            url=address("cases:placement_list", status=PlacementStatus.TO_SIGN),
            link=_("All agreements to sign"),
        ),
        placement_block(
            "to-start",
            _("Starts to confirm"),
            of_status(PlacementStatus.PREPARATION),
            user,
            move="start",
            empty=_("No start waits for a confirmation."),
            url=address("cases:placement_list", status=PlacementStatus.PREPARATION),
            link=_("All placements about to start"),
        ),
        placement_block(
            "active",
            _("Placements under way"),
            of_status(PlacementStatus.ACTIVE),
            user,
            empty=_("Nobody is placed with you now."),
            url=address("cases:placement_list", status=PlacementStatus.ACTIVE),
            link=_("All active placements"),
        ),
        _ending(user, today),
        follow_up_block(
            "shared",
            _("Follow-ups shared with you"),
            shared,
            user,
            empty=_("No shared follow-up is due within 30 days."),
            url=address("cases:follow_up_list", when="to_do"),
            link=_("All follow-ups to do"),
        ),
    ]


def privacy_blocks(user: Any) -> list[Block]:
    """The privacy officer: reads of health information, consents withdrawn."""
    now = timezone.now()
    today = timezone.localdate(now)
    reads = AccessLog.objects.filter(verb="health", at__gte=now - dt.timedelta(days=RECENT_DAYS))
    withdrawn = Consent.objects.visible_to(user).filter(
        withdrawn_on__gte=today - dt.timedelta(days=RECENT_DAYS)
    )
    shown = withdrawn.select_related("participant").order_by("-withdrawn_on", "pk")
    return [
        Block(
            name="health-reads",
            kind="counts",
            title=_("Health information read in the last 30 days"),
            rows=[(_("Times health information was opened"), count_up_to(reads, MOST_COUNTED), "")],
        ),
        Block(
            name="withdrawn",
            kind="consents",
            title=_("Consents withdrawn in the last 30 days"),
            rows=list(shown[:MOST_ROWS]),
            count=count_up_to(withdrawn, MOST_COUNTED),
            empty=_("No consent was withdrawn."),
        ),
    ]


def shared_blocks(user: Any) -> list[Block]:
    """Cases opened to the person one by one."""
    return [
        case_block(
            "shared-cases",
            _("Cases opened to you"),
            Case.objects.visible_to(user),
            "-updated_at",
            empty=_("No case is opened to you any more."),
            url=reverse("cases:case_list"),
            link=_("All cases you may see"),
        )
    ]
