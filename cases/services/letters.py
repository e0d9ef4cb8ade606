"""The text of what the service writes by itself. E-mail is no safe channel: no name of a participant.

A message names the case by its number and the step by the programme's own words; a subject typed by
somebody may hold a name and stays behind the sign-in.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import FollowUp, Reminder
from cases.services.due_reminders import PASSED_ON
from peph.accounts.middleware import LANGUAGES

# The rest is behind the link to the list.
MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One follow-up in a message."""

    text: str
    url: str


def reminder_letter(user: Any, reminders: Sequence[Reminder], *, day: dt.date) -> tuple[str, str]:
    """Subject and text of the reminders of one person and day, in the person's language."""
    with translation.override(LANGUAGES[user.language]):
        shown = reminders[:MOST_LINES]
        groups = [
            (title, [_line(each, day, with_person) for each in shown if belongs(each)])
            for title, with_person, belongs in (
                (_("Late"), False, lambda each: _is_own(each, user) and each.due_on < day),
                (_("To do soon"), False, lambda each: _is_own(each, user) and each.due_on >= day),
                (_("Late, passed on to you"), True, lambda each: not _is_own(each, user)),
            )
        ]
        count = len(reminders)
        subject = ngettext(
            "%(site)s: %(count)s follow-up to do",
            "%(site)s: %(count)s follow-ups to do",
            count,
        ) % {"site": settings.SITE_NAME, "count": count}
        return subject, "\n\n".join(
            [
                _("Hello %(name)s,") % {"name": user.first_name},
                *(_part(title, lines) for title, lines in groups if lines),
                *_rest(count - len(shown)),
                _(
                    "A follow-up that is recorded is not reminded of again. If a call has settled the"
                    " matter for now, the reminders of a placement can be paused from its page."
                ),
                _("This message was written by the service: nobody reads the answers to it."),
            ]
        )


def public_title(follow_up: FollowUp) -> str:
    """What a follow-up is called outside the service: the step of the schedule, never a typed subject."""
    return follow_up.title if follow_up.step else _("Follow-up")


def absolute(path: str) -> str:
    """The full address of a page."""
    return f"{settings.SITE_URL}{path}"


def _is_own(reminder: Reminder, user: Any) -> bool:
    follow_up = reminder.follow_up
    answers = follow_up.responsible_id or follow_up.case.coordinator_id
    return answers in (None, user.pk) or reminder.days < PASSED_ON


def _part(title: str, lines: Sequence[Line]) -> str:
    return "\n".join([title, *(f"- {each.text}\n  {each.url}" for each in lines)])


def _rest(count: int) -> list[str]:
    """Where the follow-ups are that found no place."""
    if not count:
        return []
    more = ngettext("and %(count)s more:", "and %(count)s more:", count) % {"count": count}
    return [f"{more}\n  {absolute(reverse('cases:follow_up_list'))}"]


def _line(reminder: Reminder, day: dt.date, with_person: bool) -> Line:
    follow_up = reminder.follow_up
    text = _("%(number)s – %(title)s – due on %(day)s (%(when)s)") % {
        "number": follow_up.case.number,
        "title": public_title(follow_up),
        "day": reminder.due_on.isoformat(),
        "when": _when((reminder.due_on - day).days),
    }
    answers = follow_up.responsible or follow_up.case.coordinator
    if with_person and answers:
        text = _("%(follow_up)s – responsible: %(person)s") % {
            "follow_up": text,
            "person": answers,
        }
    return Line(text, absolute(follow_up.get_absolute_url()))


def _when(days: int) -> str:
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}
    return ngettext("%(count)s day late", "%(count)s days late", -days) % {"count": -days}
