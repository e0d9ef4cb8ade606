"""What the first page shows to auditors, and to those who answer their findings."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.lists.change_set_rows import change_set_rows
from auditing.lists.searching import search
from auditing.models import Finding, Sample
from auditing.policy import ACCESS_LOG_POLICY, FINDING_POLICY, SAMPLE_POLICY
from auditing.services.unusual import flags
from auditing.services.unusual_words import flag_lines
from cases.policy import OFFICERS, Action
from cases.views import home
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from organizations.policy import everywhere, in_organization, in_region
from peph.audit.models import AccessLog
from peph.paging import count_up_to

AUDITORS = everywhere("audit") | in_region("audit") | in_organization("audit")


def register() -> None:
    """Called once at start-up."""
    home.register(AUDITORS, sample_blocks)
    home.register(AUDITORS, change_blocks)
    home.register(AUDITORS | everywhere("protect"), unusual_blocks)
    home.register(OFFICERS, finding_blocks)


def unusual_blocks(user: Any) -> list[Block]:
    """What was out of the ordinary in the readings of yesterday and today; nothing when nothing was."""
    today = timezone.localdate()
    seen = AccessLog.objects.filter(ACCESS_LOG_POLICY.q(user, Action.VIEW))
    found = flags(seen, today - dt.timedelta(days=1), today)
    if not found:
        return []
    return [
        Block(
            name="unusual",
            app="auditing",
            kind="unusual",
            title=_("Readings out of the ordinary"),
            rows=flag_lines(found[:MOST_ROWS]),
            count=len(found),
            url=reverse("auditing:access_log_unusual"),
            link=_("All that is out of the ordinary"),
        )
    ]


def change_blocks(user: Any) -> list[Block]:
    """What changed last inside the mandate; the first number is the last one given."""
    newest = search(user, {}).page(size=MOST_ROWS)
    return [
        Block(
            name="changes",
            app="auditing",
            kind="change_sets",
            title=_("Latest changes"),
            rows=change_set_rows(newest.rows, user),
            empty=_("Nothing was recorded yet in your scope."),
            url=reverse("auditing:change_set_list"),
            link=_("The whole history"),
        )
    ]


def sample_blocks(user: Any) -> list[Block]:
    """Samples still to work through; nothing where there are none."""
    found = Sample.objects.open().filter(SAMPLE_POLICY.q(user, Action.EDIT))
    rows = list(found.with_people().order_by("-updated_at", "pk")[:MOST_ROWS])
    if not rows:
        return []
    return [
        Block(
            name="samples",
            app="auditing",
            kind="samples",
            title=_("Open samples"),
            rows=rows,
            count=count_up_to(found, MOST_COUNTED),
            url=address("auditing:sample_list", status="open"),
            link=_("All open samples"),
        )
    ]


def finding_blocks(user: Any) -> list[Block]:
    """Findings that wait for an answer of this person, the first expected coming first."""
    found = Finding.objects.to_answer().filter(FINDING_POLICY.q(user, Action.ANSWER))
    rows = found.with_people().order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_ROWS]
    if not (shown := list(rows)):
        return []
    return [
        Block(
            name="findings",
            app="auditing",
            kind="findings",
            title=_("Findings to answer"),
            rows=shown,
            count=count_up_to(found, MOST_COUNTED),
            url=address("auditing:finding_list", state="open"),
            link=_("All findings to answer"),
        )
    ]
