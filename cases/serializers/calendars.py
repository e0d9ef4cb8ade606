"""A person's calendar as iCalendar (RFC 5545), and its address in the API."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as Entry
from rest_framework import serializers

from cases.services.calendars import Event

# How often a program should come back (RFC 7986; Microsoft's programs know the second name only).
REFRESH = dt.timedelta(hours=6)


def icalendar_of(user: Any, events: Iterable[Event], *, absolute: Callable[[str], str]) -> bytes:
    """The calendar, in the running language; the same events always give the same bytes."""
    name = _("%(site)s – what %(person)s follows") % {"site": settings.SITE_NAME, "person": user}
    calendar = Calendar()
    calendar.add(
        "prodid", f"-//{settings.SITE_NAME}//PDEIPH//{(get_language() or 'fr')[:2].upper()}"
    )
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for each in events:
        calendar.add_component(_entry(each, absolute))
    return calendar.to_ical()


def _entry(event: Event, absolute: Callable[[str], str]) -> Entry:
    entry = Entry()
    entry.add("uid", f"{event.uid}@peph")
    # Of a calendar that is read and not sent, the stamp is the last change (RFC 5545, 3.8.7.2).
    changed = event.changed_at.astimezone(dt.UTC).replace(microsecond=0)
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("sequence", event.version - 1)
    entry.add("dtstart", event.day)
    entry.add("dtend", event.day + dt.timedelta(days=1))
    entry.add("summary", event.title)
    entry.add("categories", [event.kind])
    entry.add("url", absolute(event.url))
    # A day to keep in mind, not one on which somebody is busy; and for nobody else's eyes.
    entry.add("transp", "TRANSPARENT")
    entry.add("class", "PRIVATE")
    return entry


class CalendarFeedSerializer(serializers.Serializer):
    """The calendar of whoever asks; `url` is told once, when it is made."""

    created_at = serializers.DateTimeField()


class NewCalendarFeedSerializer(CalendarFeedSerializer):
    """A new address, told this once."""

    url = serializers.URLField()
