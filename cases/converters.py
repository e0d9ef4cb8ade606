"""What may stand in an address of the participant side: only the moves, dates and roles there are."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from cases.models import Evaluation, Outcome, Signature
from cases.models.key_dates import OF_CASE, OF_PLACEMENT
from cases.workflow import (
    ACCOMMODATION_WORKFLOW,
    CASE_WORKFLOW,
    KEY_DATE_WORKFLOW,
    MATCH_WORKFLOW,
    PLACEMENT_WORKFLOW,
)


class CaseMove(StringConverter):
    """Only the moves that people are offered have an address."""

    regex = "|".join(CASE_WORKFLOW.offered_names)


class PlacementMove(CaseMove):
    """The same for placements."""

    regex = "|".join(PLACEMENT_WORKFLOW.offered_names)


class MatchMove(CaseMove):
    """The same for matches."""

    regex = "|".join(MATCH_WORKFLOW.offered_names)


class AccommodationMove(CaseMove):
    """The same for accommodation measures."""

    regex = "|".join(ACCOMMODATION_WORKFLOW.offered_names)


class SignatureRole(CaseMove):
    """Those who sign an agreement."""

    regex = "|".join(Signature.Role.values)


class OutcomeMoment(CaseMove):
    """The four moments at which an outcome is recorded."""

    regex = "|".join(Outcome.Moment.values)


class EvaluationKind(CaseMove):
    """The kinds of evaluation."""

    regex = "|".join(Evaluation.Kind.values)


class KeyDateOfCase(CaseMove):
    """The key dates of a case."""

    regex = "|".join(OF_CASE)


class KeyDateOfPlacement(CaseMove):
    """The key dates of a placement."""

    regex = "|".join(OF_PLACEMENT)


class KeyDateMove(CaseMove):
    """What can be done with the correction of a key date."""

    regex = "|".join(KEY_DATE_WORKFLOW.offered_names)


class CalendarSecret(CaseMove):
    """Anything else than 256 bits as `secrets.token_urlsafe` writes them is no address at all."""

    regex = "[A-Za-z0-9_-]{43}"


def register() -> None:
    """Called once, before the addresses are read."""
    register_converter(CalendarSecret, "calendar_secret")
    register_converter(CaseMove, "case_move")
    register_converter(MatchMove, "match_move")
    register_converter(PlacementMove, "placement_move")
    register_converter(AccommodationMove, "accommodation_move")
    register_converter(KeyDateOfCase, "key_date_of_case")
    register_converter(KeyDateOfPlacement, "key_date_of_placement")
    register_converter(KeyDateMove, "key_date_move")
    register_converter(SignatureRole, "signature_role")
    register_converter(OutcomeMoment, "outcome_moment")
    register_converter(EvaluationKind, "evaluation_kind")
