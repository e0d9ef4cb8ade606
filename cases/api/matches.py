"""Matches: proposed, moved to their end, read back in time."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.lists.matches import MatchFilter
from cases.models import Match
from cases.policy import MATCH_POLICY
from cases.serializers import matches as shapes
from cases.services import matches as services
from cases.workflow import MATCH_WORKFLOW
from peph.transition_api import offers


@offers(MATCH_WORKFLOW, services.move_match)
class MatchResource(HistoricResource):
    """People proposed for projects. A host sees those whose profile it was sent, while consent lasts."""

    queryset = Match.objects.with_people().select_related(
        "proposed_by", "case__job_class", "case__work_profile"
    )
    serializer_class = shapes.MatchSerializer
    detail_serializer_class = shapes.MatchDetailSerializer
    filterset_class = MatchFilter
    policy = MATCH_POLICY
    case_path = "matches"

    @extend_schema(request=shapes.MatchNewBody, responses={201: shapes.MatchDetailSerializer})
    def create(self, request: Request) -> Response:
        """Propose the person of a case for an open project; the host learns nothing yet."""
        given = self.parse(shapes.MatchNewBody)
        match = services.propose_match(given["case"], given["project"], by=request.user)
        return self.written(match, status=201)
