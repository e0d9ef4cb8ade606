"""What the tests of links share: whom a link is sent to, and a placement that awaits something."""

import datetime as dt
from typing import Any

from cases.models import Placement
from peph.audit.changes import SYSTEM, change

NOW = dt.datetime(2026, 11, 25, 15, 0, tzinfo=dt.UTC)  # ten in the morning in Québec
TODAY = dt.date(2026, 11, 25)
HOST = {"recipient_name": "Dominique Superviseur", "recipient_email": "dominique@exemple.qc.ca"}


def turned(placement: Placement, status: str, **dates: Any) -> Placement:
    """The same placement at another point of its life, whatever came before."""
    with change(by=SYSTEM, verb="cases.placement.update"):
        Placement.objects.filter(pk=placement.pk).update(status=status, **dates)
    return Placement.objects.with_people().get(pk=placement.pk)


def awaiting_start(placement: Placement) -> Placement:
    """In preparation, planned to have begun two days ago."""
    return turned(
        placement,
        "preparation",
        started_on=None,
        planned_start=dt.date(2026, 11, 23),
        planned_end=dt.date(2027, 11, 21),
    )


def awaiting_signatures(placement: Placement) -> Placement:
    """With its agreement to sign."""
    return turned(placement, "to_sign", started_on=None, signed_on=None)
