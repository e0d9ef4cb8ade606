"""Accommodation measures: asked for, kept up to date, moved, and read back in time."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.lists.accommodations import AccommodationFilter
from cases.models import Accommodation
from cases.policy import ACCOMMODATION_POLICY
from cases.serializers import accommodations as shapes
from cases.services import accommodations as services
from cases.workflow import ACCOMMODATION_WORKFLOW
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.transition_api import offers


@offers(ACCOMMODATION_WORKFLOW, services.move_accommodation)
class AccommodationResource(HistoricResource):
    """Accommodation measures: what stands in the way at work, and what takes it away."""

    queryset = Accommodation.objects.with_people()
    serializer_class = shapes.AccommodationSerializer
    filterset_class = AccommodationFilter
    policy = ACCOMMODATION_POLICY
    case_path = "accommodations"

    @extend_schema(
        request=shapes.AccommodationNewBody, responses={201: shapes.AccommodationSerializer}
    )
    def create(self, request: Request) -> Response:
        """Ask for a measure, for a placement or before there is one."""
        fields = self.parse(shapes.AccommodationNewBody)
        asked = services.request_accommodation(fields.pop("case"), by=request.user, **fields)
        return self.written(asked, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.AccommodationEditBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Before the decision what was asked; afterwards who supplies it, who pays and what it cost."""
        accommodation = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.AccommodationEditBody, partial=True)
        return self.written(
            services.update_accommodation(accommodation, by=request.user, version=version, **fields)
        )
