"""What each consent opens: one table, said on the pages, held by the tests.

The rules themselves stand where they act: `cases.policy.rules` for what a host is shown, the services for
what may be written. A consent opens while it is live: given, not past its last day, not withdrawn.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Consent

Purpose = Consent.Purpose


@dataclass(frozen=True, slots=True)
class Gate:
    """A purpose, and what is refused or hidden without a live consent."""

    purpose: Consent.Purpose
    without: Any

    @property
    def label(self) -> Any:
        return self.purpose.label


GATES = (
    Gate(
        Purpose.CASE_MANAGEMENT,
        _("The file does not go to the eligibility review."),
    ),
    Gate(
        Purpose.HEALTH,
        _("No health information is taken down, and no document of that kind is put in the file."),
    ),
    Gate(
        Purpose.SHARE_PROFILE,
        _("No profile is sent to a host organisation; one already sent is hidden from it."),
    ),
    Gate(
        Purpose.SHARE_NEEDS,
        _("The host organisation reads neither what has to be adapted nor the measures."),
    ),
    Gate(
        Purpose.REFERRING_AGENCY,
        _(
            "Nobody talks with the referring agency. The service itself sends it nothing, with or"
            " without consent."
        ),
    ),
)
