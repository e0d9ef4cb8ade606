"""The part of a case’s page about its retention: a legal hold, an erasure under way, what can be done."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.policy import Action
from cases.views import case_page
from cases.views.sections import Section
from privacy.models import Erasure, LegalHold
from privacy.policy import ERASURE_POLICY, LEGAL_HOLD_POLICY


def register() -> None:
    """Called once at start-up."""
    case_page.register(retention_of_case)


def retention_of_case(request: HttpRequest, case: Case) -> Section | None:
    """What keeps the case or is about to let it go. That a hold stands is no secret of the programme's."""
    user = request.user
    holds = list(
        LegalHold.objects.live().filter(participant=case.participant_id).select_related("placed_by")
    )
    reads = LEGAL_HOLD_POLICY.anywhere(user, Action.VIEW)
    erasure = (
        Erasure.objects.visible_to(user).open().filter(participant=case.participant_id).first()
    )
    may_hold = LEGAL_HOLD_POLICY.anywhere(user, Action.EDIT)
    may_propose = (
        ERASURE_POLICY.anywhere(user, Action.EDIT)
        and not holds
        and not case.is_open
        and erasure is None
    )
    if not (holds or erasure or may_hold):
        return None
    return Section(
        name="retention",
        title=_("Retention"),
        template="privacy/_section_retention.html",
        shown={
            "holds": holds,
            "reads": reads,
            "erasure": erasure,
            "participant": case.participant_id,
            "may_hold": may_hold,
            "may_propose": may_propose,
        },
    )
