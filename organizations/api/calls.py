"""The calls for projects: planned, corrected and moved by the lead, read by whoever takes part."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from organizations.filters import CallFilter
from organizations.models import Call
from organizations.policy import CALL_POLICY
from organizations.serializers import calls as shapes
from organizations.services import calls as services
from organizations.workflow import CALL_WORKFLOW
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order
from peph.resources import Resource
from peph.transition_api import offers


@offers(CALL_WORKFLOW, services.move_call)
class CallResource(Resource):
    """Yearly calls for projects, the latest first."""

    queryset = Call.objects.all()
    serializer_class = shapes.CallSerializer
    detail_serializer_class = shapes.CallDetailSerializer
    filterset_class = CallFilter
    policy = CALL_POLICY
    order = Order("fiscal_year")

    @extend_schema(request=shapes.CallBody, responses={201: shapes.CallDetailSerializer})
    def create(self, request: Request) -> Response:
        """Plan the call of a fiscal year."""
        call = services.create_call(by=request.user, **self.parse(shapes.CallBody))
        return self.written(call, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.CallBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct the calendar, as far as nothing rests on it yet."""
        call = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.CallBody, partial=True)
        return self.written(services.update_call(call, by=request.user, version=version, **fields))
