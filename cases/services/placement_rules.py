"""What must hold of a placement whatever writes it: its length, its people, what came before it."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Placement
from cases.workflow import PLACEMENT_ENDED
from organizations.models import Program
from peph.errors import Invalid
from peph.text import plain


def check_agreed(placement: Placement) -> None:
    """Raise Invalid unless people and length are as a placement may have them."""
    if placement.mentor_name and plain(placement.mentor_name) == plain(placement.supervisor_name):
        raise Invalid(
            fields={"mentor_name": [_("The mentor is somebody else than the supervisor.")]}
        )
    if placement.status not in PLACEMENT_ENDED:
        check_length(placement, placement.planned_end, "planned_end")


def check_after_former(placement: Placement, first: dt.date, field: str) -> None:
    """One placement at a time: it begins after the last day worked of any before it."""
    former = (
        Placement.objects.filter(participant=placement.participant_id, ended_on__gte=first)
        .exclude(pk=placement.pk)
        .order_by("-ended_on", "pk")
        .first()
    )
    if former is not None:
        last: Any = former.ended_on
        raise Invalid(
            fields={
                field: [
                    _("The former placement of this person ended on %(day)s: this is not after it.")
                    % {"day": last.isoformat()}
                ]
            }
        )


def check_started(placement: Placement, first: dt.date) -> None:
    """DOMAIN §3.5: every signature is dated before the start, or that very day."""
    # The database holds that an agreement that is signed has the date of its last signature.
    signed: Any = placement.signed_on
    if first < signed:
        raise Invalid(
            fields={
                "started_on": [
                    _("The agreement was signed on %(day)s: nobody begins before that.")
                    % {"day": signed.isoformat()}
                ]
            }
        )
    check_after_former(placement, first, "started_on")


def check_length(placement: Placement, end: dt.date, field: str) -> None:
    """Raise Invalid on `field` when ending on `end` makes it longer than the programme allows."""
    longest = Program.objects.get().longest_placement_weeks
    if end >= placement.starts_on + dt.timedelta(weeks=longest):
        raise Invalid(
            fields={
                field: [
                    _("A placement lasts %(weeks)s weeks at most, extensions included.")
                    % {"weeks": longest}
                ]
            }
        )
