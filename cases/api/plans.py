"""Objectives and progress reports of the placements."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.lists.plans import ObjectiveFilter, ReportFilter
from cases.models import Objective, Report
from cases.policy import OBJECTIVE_POLICY, REPORT_POLICY
from cases.serializers import plans as shapes
from cases.services import plans, reports
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order


class ObjectiveResource(HistoricResource):
    """What is to be learned during a placement, and how far it is."""

    queryset = Objective.objects.select_related("case", "placement")
    serializer_class = shapes.ObjectiveSerializer
    filterset_class = ObjectiveFilter
    policy = OBJECTIVE_POLICY
    order = Order("created_at", descending=False)
    case_path = "objectives"

    @extend_schema(request=shapes.ObjectiveNewBody, responses={201: shapes.ObjectiveSerializer})
    def create(self, request: Request) -> Response:
        """Add an objective to the plan of a placement that is not over."""
        fields = self.parse(shapes.ObjectiveNewBody)
        objective = plans.add_objective(fields.pop("placement"), by=request.user, **fields)
        return self.written(objective, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.ObjectiveBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Reword an objective, say how far it is."""
        objective = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.ObjectiveBody, partial=True)
        return self.written(
            plans.update_objective(objective, by=request.user, version=version, **fields)
        )


class ReportResource(HistoricResource):
    """What the hosts say of a period: hours, progress, concern."""

    queryset = Report.objects.select_related("case", "recorded_by")
    serializer_class = shapes.ReportSerializer
    filterset_class = ReportFilter
    policy = REPORT_POLICY
    order = Order("to_on")
    case_path = "reports"

    @extend_schema(request=shapes.ReportNewBody, responses={201: shapes.ReportSerializer})
    def create(self, request: Request) -> Response:
        """Report on a period; an urgent concern plans a follow-up of the coordinator."""
        fields = self.parse(shapes.ReportNewBody)
        report = reports.add_report(fields.pop("placement"), by=request.user, **fields)
        return self.written(report, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.ReportCorrectionBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a report, saying why: the programme's; the history keeps what it said before."""
        report = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.ReportCorrectionBody, partial=True)
        reason = fields.pop("reason", "")
        return self.written(
            reports.correct_report(
                report, by=request.user, version=version, reason=reason, **fields
            )
        )
