"""Cases: opened, kept, moved, handed over, and read back in time."""

from django.db.models import Model, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import answer_entries, rows_of_case
from cases.api.matching import MatchedResource
from cases.filters import CaseFilter
from cases.models import Case, Placement
from cases.policy import CASE_POLICY, Action
from cases.serializers import cases as shapes
from cases.serializers import tiers
from cases.serializers.history import EntrySerializer
from cases.serializers.participants import HealthBody, HealthSerializer
from cases.services import cases as services
from cases.services import participants
from cases.workflow import CASE_WORKFLOW
from peph.api import etag, expected_version
from peph.api_schema import IF_MATCH
from peph.audit import access_log, timeline
from peph.errors import Invalid
from peph.transition_api import offers


@offers(CASE_WORKFLOW, services.move_case)
class CaseResource(MatchedResource):
    """Files of participants."""

    queryset = Case.objects.with_people().select_related("job_class", "decided_by")
    serializer_class = shapes.CaseSerializer
    detail_serializer_class = shapes.CaseDetailSerializer
    filterset_class = CaseFilter
    policy = CASE_POLICY

    def detailed(self, rows: QuerySet) -> QuerySet:
        seen = Placement.objects.visible_to(self.request.user).order_by("-created_at", "-id")
        return rows.prefetch_related(Prefetch("placements", queryset=seen))

    def case_of(self, row: Model | None) -> Model | None:
        return row

    @extend_schema(request=shapes.CaseNewBody, responses={201: shapes.CaseDetailSerializer})
    def create(self, request: Request) -> Response:
        """Open the case of somebody known (`participant`) or of a new person (`person`)."""
        fields = self.parse(shapes.CaseNewBody)
        if ("person" in fields) == ("participant" in fields):
            message = _("Give either a participant or a new person.")
            raise Invalid(fields={"participant": [message], "person": [message]})
        case = services.open_case(by=request.user, region=fields.pop("region"), **fields)
        return self.written(case, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.CaseBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        case = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.CaseBody, partial=True)
        tiers.check_written(case, fields, tiers.CASE)
        return self.written(services.update_case(case, by=request.user, version=version, **fields))

    @extend_schema(parameters=[IF_MATCH], request=shapes.CaseTransferBody)
    @action(detail=True, methods=["post"], url_path="transfer")
    def transfer(self, request: Request, pk: str) -> Response:
        """Hand the case to another region: the right is needed in both."""
        case = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.CaseTransferBody)
        return self.written(services.transfer_case(case, by=request.user, version=version, **given))

    @extend_schema(responses=EntrySerializer(many=True))
    @action(detail=True, url_path="timeline", filter_backends=[])
    def timeline(self, request: Request, pk: str) -> Response:
        """What happened to the case and its person, newest first."""
        case = self.get_object()
        CASE_POLICY.check(request.user, Action.READ_NOTES, case)
        access_log.record("open", request=request, obj=case, case=case, detail={"part": "timeline"})
        return answer_entries(self, timeline.for_case(case.pk), rows_of_case(case))

    @extend_schema(responses=HealthSerializer)
    @action(detail=True, url_path="health")
    def health(self, request: Request, pk: str) -> Response:
        """The health information. Each read is logged before it is shown."""
        return self._health(self.get_object())

    @extend_schema(parameters=[IF_MATCH], request=HealthBody, responses=HealthSerializer)
    @health.mapping.put
    def save_health(self, request: Request, pk: str) -> Response:
        """Write the whole of it; the person's consent is needed. `"0"` is the version of nothing yet."""
        case = self.get_object()
        version = expected_version(request)
        fields = self.parse(HealthBody)
        participants.save_health(case, by=request.user, version=version, **fields)
        return self._health(case)

    def _health(self, case: Case) -> Response:
        record = participants.read_health(case, by=self.request.user, request=self.request)
        shown = HealthSerializer(record).data
        return Response(shown, headers={"ETag": etag(record.version)})
