"""The problems of the data: the same queue as the page, and setting one aside."""

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.lists.problems import ProblemForm, problem_page
from cases.models import Case, Dismissal
from cases.policy import CASE_POLICY, Action
from cases.serializers import problems as shapes
from cases.services.data_checks.table import BY_CODE
from cases.services.dismissals import dismiss_problem, restore_problem
from peph.api import uuid_of
from peph.audit import access_log
from peph.errors import Forbidden, Invalid
from peph.resources import Resource, check_parameters, paging_asked

NARROWING = ("check", "region", "mine")


class ProblemResource(Resource):
    """What does not hold together, in the cases the person answers for or audits."""

    queryset = Case.objects.all()
    serializer_class = shapes.DataProblemSerializer
    policy = CASE_POLICY
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("check", str, enum=list(BY_CODE)),
            OpenApiParameter("region", OpenApiTypes.UUID),
            OpenApiParameter("mine", bool),
        ]
    )
    def list(self, request: Request) -> Response:
        """Check after check, oldest first."""
        if not CASE_POLICY.anywhere(request.user, Action.AUDIT):
            raise Forbidden
        check_parameters(request, NARROWING)
        form = ProblemForm(request.query_params)
        if not form.is_valid():
            raise Invalid(fields={k: [str(e) for e in v] for k, v in form.errors.items()})
        found = problem_page(
            request.user,
            form.checks(),
            **paging_asked(request),
            **form.narrowed(request.user),
        )
        access_log.record(
            "list", request=request, model="cases.case", ids=[row.case.pk for row in found.rows]
        )
        return self.answer_page(found, self.get_serializer(found.rows, many=True).data)

    @extend_schema(request=shapes.DismissalBody, responses={201: shapes.DismissalSerializer})
    def dismiss(self, request: Request) -> Response:
        """Set a problem aside with the reason why it is none."""
        given = self.parse(shapes.DismissalBody)
        check = BY_CODE[given.pop("check")]
        if not check.visible_to(request.user).filter(pk=given["object_id"]).exists():
            raise Http404
        dismissal = dismiss_problem(check.code, by=request.user, **given)
        return Response(shapes.DismissalSerializer(dismissal).data, status=201)

    @extend_schema(
        parameters=[OpenApiParameter("dismissal_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={204: None},
    )
    def restore(self, request: Request, dismissal_id: str) -> Response:
        """Take a problem up again."""
        seen = Case.objects.filter(CASE_POLICY.q(request.user, Action.AUDIT))
        key = uuid_of(dismissal_id)
        found = Dismissal.objects.filter(case__in=seen).select_related("case")
        dismissal = found.filter(pk=key).first() if key else None
        if dismissal is None:
            raise Http404
        restore_problem(dismissal, by=request.user)
        return Response(status=204)
