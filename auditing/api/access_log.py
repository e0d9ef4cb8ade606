"""Who read what, as far as the reader's scope goes. Reading it is a line of it."""

from rest_framework.request import Request
from rest_framework.response import Response

from auditing.lists.access_log import AccessLogFilter
from auditing.policy import ACCESS_LOG_POLICY
from auditing.serializers.access_log import AccessLineSerializer
from auditing.services.access_lines import lines_of
from cases.policy import Action
from peph.audit.models import AccessLog
from peph.errors import Forbidden
from peph.paging import Order
from peph.resources import Resource


class AccessLogResource(Resource):
    """The access log, newest first."""

    queryset = AccessLog.objects.all()
    serializer_class = AccessLineSerializer
    filterset_class = AccessLogFilter
    policy = ACCESS_LOG_POLICY
    order = Order("id")

    def list(self, request: Request) -> Response:
        """Lines in the reader's scope; 403 for whoever watches over nothing."""
        if not self.policy.anywhere(request.user, Action.VIEW):
            raise Forbidden
        shown = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        self.log_list(shown)
        lines = self.get_serializer(lines_of(shown or (), request.user), many=True)
        return self.get_paginated_response(lines.data)
