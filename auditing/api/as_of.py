"""A case with everything under it as it was, beside today or another moment."""

import uuid

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from auditing.serializers.as_of import WholeSerializer
from auditing.services.as_of import TODAY, Side, case_beside, side_of
from cases.models import Case
from cases.policy import CASE_POLICY, Action
from peph.audit import access_log
from peph.errors import Invalid
from peph.resources import Resource, check_parameters

SIDE = (
    "A moment (2026-04-01T12:00:00Z), a day (2026-04-01: at its end), a change set (change-123: just"
    " after it, exact whatever the clocks said), or today."
)
INSTANT = OpenApiParameter("instant", OpenApiTypes.STR, OpenApiParameter.PATH, description=SIDE)
COMPARE = OpenApiParameter(
    "compare", OpenApiTypes.STR, description=f"The other side. {SIDE} Today when left out."
)
PK = OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)


class CaseAsOfResource(Resource):
    """The way back in time of a whole case, for whoever may audit it."""

    queryset = Case.objects.all()
    serializer_class = WholeSerializer
    policy = CASE_POLICY
    filter_backends = ()
    pagination_class = None  # type: ignore[assignment]

    def case_of(self, row: Case | None) -> Case | None:  # type: ignore[override]
        return row

    @extend_schema(
        operation_id="cases_as_of_whole",
        parameters=[PK, INSTANT, COMPARE],
        responses=WholeSerializer,
    )
    def retrieve(self, request: Request, pk: uuid.UUID, instant: str) -> Response:  # type: ignore[override]
        """The case and everything under it on both sides; 404 where nothing of it was there yet."""
        check_parameters(request, ("compare",))
        case = self.get_object()
        CASE_POLICY.check(request.user, Action.AUDIT, case)
        then = _side("instant", instant)
        now = _side("compare", request.query_params.get("compare", TODAY))
        access_log.record(
            "open", request=request, obj=case, case=case,
            detail={"part": "as_of", "as_of": then.text, "compare": now.text},
        )  # fmt: skip
        groups = case_beside(case, then, now)
        records = [pair for group in groups for pair in group.records]
        if not any(pair.then_number for pair in records):
            raise Http404
        found = {"then": then, "now": now, "records": records}
        return Response(WholeSerializer(found).data)


def _side(name: str, text: str) -> Side:
    try:
        return side_of(text)
    except Invalid as error:
        raise Invalid(fields={name: [str(error)]}) from error
