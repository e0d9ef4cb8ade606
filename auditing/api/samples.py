"""Samples: listed, drawn, worked through record by record, drawn again to check, signed or abandoned."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditing.lists.populations import FILTERS, french_words_of, narrowed, narrowed_of
from auditing.lists.samples import SampleFilter
from auditing.models import Sample, SampleItem
from auditing.policy import SAMPLE_POLICY
from auditing.serializers import samples as shapes
from auditing.services import samples as services
from auditing.services.answers import save_item
from auditing.services.mandates import Mandate, mandates_of
from auditing.workflow import SAMPLE_WORKFLOW
from peph.api import etag, expected_version
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.errors import Forbidden, Invalid
from peph.resources import Resource
from peph.transition_api import offers

POSITION = OpenApiParameter("position", OpenApiTypes.INT, OpenApiParameter.PATH)


@offers(SAMPLE_WORKFLOW, services.move_sample)
class SampleResource(Resource):
    """Records drawn by chance and checked one by one, in a way that anybody can redo."""

    queryset = Sample.objects.with_people()
    serializer_class = shapes.SampleSerializer
    detail_serializer_class = shapes.SampleDetailSerializer
    filterset_class = SampleFilter
    policy = SAMPLE_POLICY

    def detailed(self, rows: QuerySet) -> QuerySet:
        seen = SampleItem.objects.visible_to(self.request.user)
        return rows.prefetch_related(
            Prefetch("items", queryset=seen), "items__done_by", "items__answers__question"
        )

    @extend_schema(request=shapes.SampleNewBody, responses={201: shapes.SampleDetailSerializer})
    def create(self, request: Request) -> Response:
        """Draw a sample from a filter, under a mandate the person holds."""
        given = self.parse(shapes.SampleNewBody)
        mandate = _mandate(request.user, given.pop("region", None), given.pop("organization", None))
        asked = _asked(given["population"], given.pop("filter", {}))
        found = narrowed(given["population"], asked, mandate=mandate, by=request.user)
        sample = services.draw_sample(
            found.rows,
            by=request.user,
            mandate=mandate,
            filter_query=found.query,
            filter_text=french_words_of(found.filterset),
            **given,
        )
        return self.written(sample, status=201)

    @extend_schema(
        parameters=[POSITION, IF_MATCH], request=shapes.ItemBody, responses=shapes.ItemSerializer
    )
    @action(detail=True, methods=["put"], url_path=r"items/(?P<position>\d{1,3})", url_name="item")
    def save_item(self, request: Request, pk: str, position: str) -> Response:
        """Keep all answers about one record; `done` once every question is answered."""
        sample = self.get_object()
        item = sample.items.visible_to(request.user).filter(position=int(position)).first()
        if item is None:
            raise Http404
        version = expected_version(request)
        given = self.parse(shapes.ItemBody)
        saved = save_item(
            item,
            by=request.user,
            version=version,
            answers=given.get("answers", {}),
            done=given.get("done", False),
        )
        data = shapes.ItemSerializer(saved, context=self.get_serializer_context()).data
        return Response(data, headers={"ETag": etag(saved.version)})

    @extend_schema(responses=shapes.RedrawnSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def redraw(self, request: Request, pk: str) -> Response:
        """The same drawing made again from what the same filter finds today of what existed then."""
        sample = self.get_object()
        access_log.record("open", request=request, obj=sample, detail={"part": "redraw"})
        rows = narrowed_of(sample, by=request.user).rows
        again = services.redraw(sample, rows, by=request.user)
        return Response(shapes.RedrawnSerializer(again).data)


def _mandate(user: Any, region: Any, organization: Any) -> Mandate:
    held = mandates_of(user)
    if not held:
        raise Forbidden
    if region is None and organization is None:
        return held[0]
    if region is not None and organization is not None:
        raise Invalid(
            fields={"organization": [_("Give a region or a host organisation, not both.")]}
        )
    return Mandate(region, organization)


def _asked(population: str, given: dict[str, str]) -> QueryDict:
    """The filter as an address would say it; an unknown name is an error, as in the lists."""
    names = FILTERS[population].base_filters
    if unknown := sorted(given.keys() - names.keys()):
        raise Invalid(
            fields={f"filter.{name}": [_("There is no such parameter.")] for name in unknown}
        )
    asked = QueryDict(mutable=True)
    for name, value in given.items():
        asked[name] = value
    return asked
