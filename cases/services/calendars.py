"""The secret address of a person's calendar, and what that calendar holds when it is read."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import CalendarFeed, FollowUp, Placement
from cases.policy import HOSTS
from cases.services.letters import public_title
from cases.workflow import PLACEMENT_STARTED
from organizations.models import FollowUpStep
from peph.audit.changes import change
from peph.errors import Conflict, Forbidden
from peph.records import locked
from peph.scopes import scope_of

# 256 random bits in URL-safe base64: nobody guesses it, so finding its digest is proof enough.
SECRET_BYTES = 32
# What the calendar reaches back to, and on to.
BEFORE, AFTER = dt.timedelta(days=60), dt.timedelta(days=400)
MOST_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class Event:
    """One day in a calendar, without the name of a participant: calendars are shown and shared.

    `uid` stays for the life of the record, `version` counts its changes, `url` is a path of the service.
    """

    uid: str
    day: dt.date
    title: str
    kind: str
    url: str
    version: int
    changed_at: dt.datetime


def renew_calendar(user: Any, *, by: Any) -> str:
    """A new secret address for one's own calendar, in clear this once; the one before stops at once.

    Raises Forbidden for somebody else's, Conflict for a closed account.
    """
    _own(user, by)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with change(by=by, verb="cases.calendar.renew"):
        # Two tabs at once: the second takes the place of the first.
        if not locked(get_user_model()._default_manager.all(), user.pk).is_active:
            raise Conflict(_("This account is closed."))
        feed = feed_of(user) or CalendarFeed(user_id=user.pk)
        feed.digest = digest_of(secret)
        feed.created_at = timezone.now()
        feed.save()
    return secret


def revoke_calendar(user: Any, *, by: Any) -> bool:
    """End one's own address; False when there was none. Raises Forbidden for somebody else's."""
    _own(user, by)
    with change(by=by, verb="cases.calendar.revoke"):
        feed = CalendarFeed.objects.select_for_update().filter(user_id=user.pk).first()
        if feed is not None:
            feed.delete()
    return feed is not None


def feed_of(user: Any) -> CalendarFeed | None:
    """Since when this person's calendar has an address; None when it has none."""
    return CalendarFeed.objects.filter(user_id=user.pk).first()


def calendar_of(secret: str) -> CalendarFeed | None:
    """The calendar at this address while its owner's account is open.

    Looked up by digest: how long that takes says nothing of how near a guess was.
    """
    feeds = CalendarFeed.objects.select_related("user")
    return feeds.filter(digest=digest_of(secret), user__is_active=True).first()


def digest_of(secret: str) -> str:
    """What is kept of a secret address."""
    return hashlib.sha256(secret.encode()).hexdigest()


def events_of(user: Any, *, today: dt.date | None = None) -> list[Event]:
    """What the person answers for and may see now: follow-ups to do and ends of placements, by day."""
    day = today or timezone.localdate()
    found = [*_follow_ups(user, day), *_ends(user, day)]
    return sorted(found, key=lambda each: (each.day, each.uid))[:MOST_EVENTS]


# ------------------------------------------------------------------ what is in it
def _follow_ups(user: Any, day: dt.date) -> Iterable[Event]:
    hosted = Placement.objects.filter(HOSTS.q(scope_of(user)))
    rows = (
        FollowUp.objects.visible_to(user)
        .to_do()
        .filter(
            Q(responsible=user)
            | Q(case__coordinator=user)
            | Q(is_shared=True, placement__in=hosted),
            case__closed_on__isnull=True,
            due_on__range=(day - BEFORE, day + AFTER),
        )
        .select_related("case", "step")
        .order_by("due_on", "pk")[:MOST_EVENTS]
    )
    listed = list(rows)
    changed = _changed(listed)
    for each in listed:
        evaluates = each.step is not None and each.step.kind == FollowUpStep.Kind.EVALUATION
        yield Event(
            uid=f"follow-up-{each.pk}",
            day=each.due_on,
            title=f"{each.case.number} – {public_title(each)}",
            kind=_("Evaluation") if evaluates else _("Follow-up"),
            url=each.get_absolute_url(),
            version=each.version,
            changed_at=changed[each.pk],
        )


def _ends(user: Any, day: dt.date) -> Iterable[Event]:
    rows = (
        Placement.objects.visible_to(user)
        .filter(
            HOSTS.q(scope_of(user)) | Q(case__coordinator=user),
            status__in=PLACEMENT_STARTED,
            planned_end__range=(day - BEFORE, day + AFTER),
        )
        .select_related("case")
        .order_by("planned_end", "pk")[:MOST_EVENTS]
    )
    for each in rows:
        yield Event(
            uid=f"placement-end-{each.pk}",
            day=each.planned_end,
            title=_("%(number)s – End of the placement") % {"number": each.case.number},
            kind=_("End of placement"),
            url=each.get_absolute_url(),
            version=each.version,
            changed_at=each.updated_at,
        )


def _changed(follow_ups: list[FollowUp]) -> dict[Any, dt.datetime]:
    """When each was last changed: its history knows."""
    history: Any = FollowUp.history
    rows = history.filter(id__in=[each.pk for each in follow_ups]).order_by()
    return dict(rows.values_list("id").annotate(Max("history_date")))


def _own(user: Any, by: Any) -> None:
    if getattr(by, "pk", None) != user.pk:
        raise Forbidden
