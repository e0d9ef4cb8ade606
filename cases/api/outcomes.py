"""Outcomes: recorded at four moments, corrected, listed, read back in time."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.lists.outcomes import OutcomeFilter
from cases.models import Outcome
from cases.policy import OUTCOME_POLICY
from cases.serializers import outcomes as shapes
from cases.services import outcomes as services
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order


class OutcomeResource(HistoricResource):
    """What became of people at the end of their placement, and 13, 26 and 52 weeks later."""

    queryset = Outcome.objects.with_people()
    serializer_class = shapes.OutcomeSerializer
    filterset_class = OutcomeFilter
    policy = OUTCOME_POLICY
    order = Order("checked_on")
    case_path = "outcomes"

    @extend_schema(request=shapes.OutcomeNewBody, responses={201: shapes.OutcomeSerializer})
    def create(self, request: Request) -> Response:
        """Record the situation at one moment; the follow-up it answers is done with it."""
        fields = self.parse(shapes.OutcomeNewBody)
        outcome = services.record_outcome(fields.pop("placement"), by=request.user, **fields)
        return self.written(outcome, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.OutcomeBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct what was recorded."""
        outcome = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.OutcomeBody, partial=True)
        return self.written(
            services.update_outcome(outcome, by=request.user, version=version, **fields)
        )
