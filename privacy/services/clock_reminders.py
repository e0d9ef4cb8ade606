"""Telling the privacy officers by mail that the clock of an access request runs out, or has run out.

The message names nobody: e-mail is no safe channel. Each stage of each request is told once to each person:
the key of the message says so, however often the job runs.
"""

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.services.jobs import DONE, TO_LOOK_AT, Job, Result
from organizations.models import ProgramGrant
from peph.accounts.middleware import LANGUAGES
from peph.accounts.models import User
from peph.outbox.services import post
from peph.progress import Progress
from privacy.models import AccessRequest

logger = logging.getLogger(__name__)
# Days left at which a message is written; after the last day, one a week.
STAGES = (7, 2, 0)


def stage_of(days_left: int) -> int | None:
    """The stage a request has come to: 7, 2, 0, then -1 for each week late; None while there is time."""
    if days_left < 0:
        return -1 - (-days_left - 1) // 7
    return min((stage for stage in STAGES if days_left <= stage), default=None)


def remind_of_clocks(day: dt.date | None, progress: Progress) -> Result:
    """Queue what is due to be told; an address that is none is told to whoever runs the service."""
    day = day or timezone.localdate()
    soon = day + dt.timedelta(days=max(STAGES))
    requests = list(AccessRequest.objects.open().filter(due_on__lte=soon).order_by("due_on", "pk"))
    holders = ProgramGrant.objects.live().filter(permission__codename="protect")
    people = list(User.objects.filter(pk__in=holders.values("user"), is_active=True).order_by("pk"))
    written, problems = 0, []
    for done, user in enumerate(people, 1):
        for request in requests:
            try:
                written += _tell(user, request, day)
            except ValueError as error:
                logger.error("No reminder could be written to %s", user.pk)
                problems.append(f"{user.pk}: {error}")
                break
        progress(done, len(people))
    return Result({"messages": written}, tuple(problems), TO_LOOK_AT if problems else DONE)


def _tell(user: User, request: AccessRequest, day: dt.date) -> bool:
    stage = stage_of((request.due_on - day).days)
    with translation.override(LANGUAGES[user.language]), transaction.atomic():
        return post(
            # A clock that was extended or corrected begins again.
            key=f"clock:{request.pk}:{request.due_on}:{stage}:{user.pk}",
            to=user.email,
            language=user.language,
            subject=_subject(request, day),
            body="\n\n".join(
                [
                    _("Hello %(name)s,") % {"name": user.first_name},
                    _("The answer to the access request %(number)s is due on %(day)s.")
                    % {"number": request.number, "day": request.due_on.isoformat()},
                    f"{settings.SITE_URL}{request.get_absolute_url()}",
                ]
            ),
        )


def _subject(request: AccessRequest, day: dt.date) -> str:
    words: dict[str, Any] = {"site": settings.SITE_NAME, "number": request.number}
    if request.due_on < day:
        return _("%(site)s: access request %(number)s is late") % words
    return _("%(site)s: access request %(number)s to answer") % words


JOB = Job("clocks", "remind of access requests to answer", remind_of_clocks)
