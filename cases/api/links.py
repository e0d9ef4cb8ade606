"""Links to one task, for the programme: sent, sent again, called back; and how many are answered."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.forms.links import PeriodForm
from cases.lists.links import LinkFilter
from cases.models import TaskLink
from cases.policy import ANSWER_RATE_POLICY, LINK_POLICY, Action
from cases.serializers import links as shapes
from cases.services import answers, links
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.errors import Conflict, Forbidden, Invalid
from peph.paging import Order
from peph.resources import Resource, check_parameters


class LinkResource(HistoricResource):
    """Links to one task, sent to somebody without an account."""

    queryset = TaskLink.objects.with_people()
    serializer_class = shapes.LinkSerializer
    filterset_class = LinkFilter
    policy = LINK_POLICY
    order = Order("created_at")
    case_path = "tasklinks"

    @extend_schema(request=shapes.LinkBody, responses={201: shapes.LinkSerializer})
    def create(self, request: Request) -> Response:
        """Send a link by e-mail; one still open for the same task is renewed."""
        fields = self.parse(shapes.LinkBody)
        link = links.send_link(fields.pop("placement"), by=request.user, **fields)
        return self.written(link, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.NothingBody)
    @action(detail=True, methods=["post"], url_path="renew")
    def renew(self, request: Request, pk: str) -> Response:
        """Send a new address to the same e-mail; the one before opens nothing any more."""
        link, version = self.get_object(), expected_version(request)
        self.parse(shapes.NothingBody)
        return self.written(links.renew_link(link, by=request.user, version=version))

    @extend_schema(parameters=[IF_MATCH], request=shapes.NothingBody)
    @action(detail=True, methods=["post"], url_path="revoke")
    def revoke(self, request: Request, pk: str) -> Response:
        """Call the link back."""
        link, version = self.get_object(), expected_version(request)
        self.parse(shapes.NothingBody)
        return self.written(links.revoke_link(link, by=request.user, version=version))

    @extend_schema(responses=shapes.AddressSerializer)
    @action(detail=True, url_path="address", filter_backends=[])
    def address(self, request: Request, pk: str) -> Response:
        """The address itself, to hand over when the mail does not arrive. Each reading is logged."""
        link = self.get_object()
        LINK_POLICY.check(request.user, Action.EDIT, link)
        if link.state not in (TaskLink.State.WAITING, TaskLink.State.EXPIRED):
            raise Conflict
        access_log.record(
            "open", request=request, obj=link, case=link.case_id, detail={"part": "address"}
        )
        return Response({"address": links.address_of(link)})


PERIOD = [
    OpenApiParameter(name, OpenApiTypes.DATE, OpenApiParameter.QUERY) for name in ("since", "until")
]


class AnswersResource(Resource):
    """How many links are answered, by region and task."""

    queryset = TaskLink.objects.all()
    serializer_class = shapes.AnswersSerializer
    policy = ANSWER_RATE_POLICY
    filter_backends = ()
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(parameters=PERIOD, responses=shapes.AnswersSerializer)
    def show(self, request: Request) -> Response:
        """Links first sent in the period, answered since; the last twelve months by default."""
        if not answers.may_read(request.user):
            raise Forbidden
        check_parameters(request, ("since", "until"))
        form = PeriodForm.of(request.query_params)
        if not form.is_valid():
            raise Invalid(fields={k: [str(e) for e in v] for k, v in form.errors.items()})
        period = form.cleaned_data
        access_log.record(
            "list",
            request=request,
            model=TaskLink._meta.label_lower,
            detail={"part": "answers", **period},
        )
        rates = answers.answer_rates(request.user, **period)
        return Response(self.get_serializer({**period, "results": rates}).data)
