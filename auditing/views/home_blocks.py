"""What the first page shows to auditors."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.policy import ACCESS_LOG_POLICY, CHANGE_SET_POLICY
from auditing.services.unusual import flags
from auditing.services.unusual_words import flag_lines
from auditing.views.change_sets import NEWEST_NUMBER_FIRST, change_set_rows
from cases.policy import Action
from cases.views import home
from cases.views.home_blocks import MOST_ROWS, Block
from organizations.policy import everywhere, in_organization, in_region
from peph.audit.models import AccessLog, ChangeSet
from peph.paging import page

AUDITORS = everywhere("audit") | in_region("audit") | in_organization("audit")


def register() -> None:
    """Called once at start-up."""
    home.register(AUDITORS, change_blocks)
    home.register(AUDITORS | everywhere("protect"), unusual_blocks)


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
    newest = page(
        ChangeSet.objects.all(),
        order=NEWEST_NUMBER_FIRST,
        size=MOST_ROWS,
        branches=CHANGE_SET_POLICY.branches(user, Action.VIEW),
    )
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
