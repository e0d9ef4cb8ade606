"""Who changed what, as far as the reader's scope goes. Nothing here is ever written."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from auditing.lists.change_sets import ChangeSetFilter
from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY
from cases.serializers.history import ChangeSetSerializer, EntrySerializer
from peph.audit import access_log, timeline
from peph.audit.models import ChangedRow, ChangeSet
from peph.paging import Order
from peph.resources import VIEW, Resource

NUMBER = OpenApiParameter("number", OpenApiTypes.INT64, OpenApiParameter.PATH)
LARGEST_NUMBER = 2**63 - 1


class ChangeSetResource(Resource):
    """The history, by number."""

    queryset = ChangeSet.objects.all()
    serializer_class = ChangeSetSerializer
    detail_serializer_class = EntrySerializer
    filterset_class = ChangeSetFilter
    policy = CHANGE_SET_POLICY
    order = Order("number")
    lookup_field = lookup_url_kwarg = "number"

    def list(self, request: Request) -> Response:
        shown = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        self.log_list(shown)
        entries = timeline.entries(shown or (), rows=ChangedRow.objects.none())
        return self.get_paginated_response(self.get_serializer(entries, many=True).data)

    @extend_schema(parameters=[NUMBER])
    def retrieve(self, request: Request, number: str) -> Response:
        """One change set with the records of it that are in the reader's scope."""
        change_set = self._visible(number)
        access_log.record("open", request=request, obj=change_set, case=change_set.case_id)
        entry = timeline.entries([change_set], rows=self._rows())[0]
        return Response(self.get_serializer(entry).data)

    def _visible(self, number: str) -> ChangeSet:
        plain = number.isascii() and number.isdecimal() and str(int(number[:20])) == number
        key = int(number) if plain and int(number) <= LARGEST_NUMBER else 0
        seen = self.policy.q(self.request.user, VIEW)
        change_set = self.get_queryset().filter(seen).filter(number=key).first()
        if change_set is None:
            access_log.record(
                "refuse", request=self.request, model="audit.changeset", ids=(number,)
            )
            raise Http404
        return change_set

    def _rows(self) -> QuerySet[ChangedRow]:
        seen: Any = CHANGED_ROW_POLICY.q(self.request.user, VIEW)
        return ChangedRow.objects.filter(seen)
