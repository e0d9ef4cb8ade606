"""Who changed what, as far as the reader's scope goes. Nothing here is ever written."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from auditing.lists.change_sets import ChangeSetFilter
from auditing.lists.exporting import export
from auditing.lists.searching import NEWEST_NUMBER_FIRST, Search
from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY
from cases.serializers.history import ChangeSetSerializer, EntrySerializer
from peph.accounts.step_up import require_recent
from peph.audit import access_log, timeline
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Invalid
from peph.exports import FORMATS
from peph.paging import Page
from peph.resources import VIEW, Resource, StrictFilters

NUMBER = OpenApiParameter("number", OpenApiTypes.INT64, OpenApiParameter.PATH)
FORMAT = OpenApiParameter("format", OpenApiTypes.STR, enum=list(FORMATS), default="csv")
LARGEST_NUMBER = 2**63 - 1
# How many change sets the list cannot find yet, where a question needs the index.
BEHIND_HEADER = "Not-Indexed"


class ChangeSetFilters(StrictFilters):
    """The strict filter; what it finds is read by number (`Search`), not from a queryset."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        view.search = self.checked(request, queryset, view).found()
        return queryset


class OneRenderer(DefaultContentNegotiation):
    """Here `format` asks for a kind of file; refusals are JSON all the same."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ChangeSetResource(Resource):
    """The history, by number."""

    queryset = ChangeSet.objects.all()
    serializer_class = ChangeSetSerializer
    detail_serializer_class = EntrySerializer
    filterset_class = ChangeSetFilter
    filter_backends = (ChangeSetFilters,)
    policy = CHANGE_SET_POLICY
    order = NEWEST_NUMBER_FIRST
    lookup_field = lookup_url_kwarg = "number"
    search: Search

    def page_of(self, rows: QuerySet, **asked: Any) -> Page:
        try:
            return self.search.page(**asked)
        except OverflowError as error:
            raise Invalid from error

    def get_queryset(self) -> QuerySet:
        """Change sets as they are: nothing is done to one, so there are no abilities to load."""
        return self.queryset.all()

    def list(self, request: Request) -> Response:
        shown = self.paginate_queryset(self.filter_queryset(ChangeSet.objects.none()))
        self.log_list(shown)
        entries = timeline.named(shown or ())
        response = self.get_paginated_response(self.get_serializer(entries, many=True).data)
        if self.search.behind:
            response.headers[BEHIND_HEADER] = str(self.search.behind)
        return response

    @extend_schema(
        parameters=[FORMAT],
        filters=True,
        responses={
            (200, media): OpenApiResponse(OpenApiTypes.BINARY)
            for media in ("text/csv", "application/jsonl", "application/octet-stream")
        },
    )
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        content_negotiation_class=OneRenderer,
        more_parameters=("format",),
    )
    def export(self, request: Request) -> HttpResponseBase:
        """Everything the filter finds, one line a changed field, as CSV, XLSX or JSON Lines."""
        require_recent(request, reading=True)
        self.filter_queryset(ChangeSet.objects.none())
        asked = {name: text for name, text in request.query_params.items() if name != "format"}
        return export(
            self.search,
            request=request,
            user=request.user,
            format=request.query_params.get("format", "csv"),
            asked=asked,
        )

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
