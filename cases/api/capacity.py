"""The figures of capacity as a program reads them."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.lists.capacity import CapacityFilter
from cases.serializers.capacity import CapacitySerializer
from cases.services.capacity import capacity
from organizations.models import Project
from organizations.policy import CAPACITY_POLICY
from peph.errors import Forbidden
from peph.resources import VIEW, Resource


class CapacityResource(Resource):
    """Places offered, retained, filled and free, within the reader’s scope."""

    queryset = Project.objects.all()
    serializer_class = CapacitySerializer
    filterset_class = CapacityFilter
    policy = CAPACITY_POLICY
    pagination_class = None  # type: ignore[assignment]

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        return self.queryset.filter(self.policy.q(self.request.user, VIEW))

    @extend_schema(responses=CapacitySerializer)
    def list(self, request: Request) -> Response:
        """By host organisation, region and fiscal year of the call. Figures only: nobody is named."""
        if not CAPACITY_POLICY.anywhere(request.user, VIEW):
            raise Forbidden
        found = capacity(self.filter_queryset(self.get_queryset()))
        return Response(self.get_serializer(found).data)
