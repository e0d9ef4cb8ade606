"""How often something may be asked in a minute, counted in the database: for all processes together."""

import hashlib
import time
from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from peph.accounts.models import RequestCount

SECONDS = 60
_TABLE = RequestCount._meta.db_table
# Adding one and reading the sum are one statement, so requests at the same moment are all counted.
_COUNT = f"""
    INSERT INTO {_TABLE} ("key", "minute", "asked") VALUES (%s, %s, 1)
    ON CONFLICT ("key") DO UPDATE SET
        "asked" = CASE WHEN {_TABLE}."minute" = excluded."minute"
                       THEN {_TABLE}."asked" + 1 ELSE 1 END,
        "minute" = excluded."minute"
    RETURNING "asked"
"""  # noqa: S608 - the name of a table of ours


def allows(name: str, key: str, *, most: int) -> bool:
    """Count one more request of `key`; False from the one after `most` until the next minute."""
    # A digest: what is counted may be a secret address.
    digest = hashlib.sha256(f"{name}:{key}".encode("utf-8", "replace")).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [digest, _minute()])
        (asked,) = cursor.fetchone()
    return asked <= most


def forget_old() -> int:
    """Delete the counts of minutes that are over. How many."""
    return RequestCount.objects.filter(minute__lt=_minute()).delete()[0]


def seconds_left() -> int:
    """Until the next minute, when everything is allowed again."""
    return SECONDS - int(time.time()) % SECONDS


def _minute() -> int:
    return int(time.time() // SECONDS)


class PersonThrottle(BaseThrottle):
    """The API answers so many requests of one person a minute, whatever tokens they use."""

    def allow_request(self, request: Request, view: Any) -> bool:
        most = settings.API_REQUESTS_PER_MINUTE
        if not most or not request.user.is_authenticated:
            return True
        return allows("api", str(request.user.pk), most=most)

    def wait(self) -> float:
        return seconds_left()
