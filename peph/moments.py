"""Days as moments, in the time zone of the service."""

import datetime as dt

from django.utils import timezone


def midnight(day: dt.date) -> dt.datetime:
    """The moment a day begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
