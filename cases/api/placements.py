"""Placements: opened, kept up to date by the programme and the host, moved, and read back in time."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.filters import PlacementFilter
from cases.models import Placement
from cases.policy import PLACEMENT_POLICY
from cases.serializers import placements as shapes
from cases.serializers.plans import PresenceSerializer
from cases.services import placements as services
from cases.services.presence import presence_of
from cases.services.signatures import sign_agreement
from cases.workflow import PLACEMENT_WORKFLOW
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.transition_api import offers


@offers(PLACEMENT_WORKFLOW, services.move_placement)
class PlacementResource(HistoricResource):
    """Placements of participants at host sites."""

    queryset = (
        Placement.objects.with_people()
        .select_related("extension_by")
        .prefetch_related("signatures", "suspensions", "accommodations")
    )
    serializer_class = shapes.PlacementSerializer
    filterset_class = PlacementFilter
    policy = PLACEMENT_POLICY
    case_path = "placements"

    @extend_schema(request=shapes.PlacementNewBody, responses={201: shapes.PlacementSerializer})
    def create(self, request: Request) -> Response:
        """Open a placement for a case that waits for one."""
        fields = self.parse(shapes.PlacementNewBody)
        placement = services.open_placement(fields.pop("case"), by=request.user, **fields)
        return self.written(placement, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.PlacementBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Keep it up to date. A host says who supervises and the hours; the rest is the programme's."""
        placement = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.PlacementBody, partial=True)
        return self.written(
            services.update_placement(placement, by=request.user, version=version, **fields)
        )

    @extend_schema(parameters=[IF_MATCH], request=shapes.SignatureBody)
    @action(detail=True, methods=["post"], url_path="signatures")
    def signatures(self, request: Request, pk: str) -> Response:
        """Record one signature of the agreement; the fourth makes it signed."""
        placement = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.SignatureBody)
        return self.written(sign_agreement(placement, by=request.user, version=version, **given))

    @extend_schema(responses=PresenceSerializer)
    @action(detail=True, url_path="presence", filter_backends=[], pagination_class=None)
    def presence(self, request: Request, pk: str) -> Response:
        """Hours worked and absent, summed from the reports, beside the hours agreed."""
        placement = self.get_object()
        access_log.record(
            "open", request=request, obj=placement, case=placement.case_id,
            detail={"part": "presence"},
        )  # fmt: skip
        found = presence_of(
            placement, placement.reports.all(), placement.suspensions.all(), timezone.localdate()
        )
        return Response(PresenceSerializer(found).data)
