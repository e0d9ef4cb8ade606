"""Matching below the address of a case and of a project: the work profile, and the ranked suggestions."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.sharing import SharedResource
from cases.models import Case
from cases.policy import CASE_POLICY, Action
from cases.serializers import matches as shapes
from cases.services import matches as services
from cases.services.matching import rank_cases, rank_projects
from organizations.models import Project
from organizations.policy import PROJECT_POLICY
from organizations.policy import Action as HostAction
from peph.api import etag, expected_version
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.resources import Resource, check_parameters


class MatchedResource(SharedResource):
    """What the person of a case looks for, and the open projects ranked for them."""

    @extend_schema(responses=shapes.WorkProfileSerializer)
    @action(detail=True, methods=["get"], url_path="work-profile", filter_backends=[])
    def work_profile(self, request: Request, pk: str) -> Response:
        """What the person looks for and what the place must have; version 0 of nothing yet."""
        case = self.get_object()
        CASE_POLICY.check(request.user, Action.READ_PERSONAL, case)
        self._log_part(case, "work-profile")
        return _profile(case)

    @extend_schema(
        parameters=[IF_MATCH],
        request=shapes.WorkProfileBody,
        responses=shapes.WorkProfileSerializer,
    )
    @work_profile.mapping.put
    def save_work_profile(self, request: Request, pk: str) -> Response:
        """Write the whole of it; `"0"` is the version of nothing yet."""
        case = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.WorkProfileBody)
        services.save_work_profile(case, by=request.user, version=version, **fields)
        return _profile(case)

    @extend_schema(responses=shapes.SuggestedProjectsSerializer)
    @action(
        detail=True, methods=["get"], url_path="suggestions", filter_backends=[],
        pagination_class=None,
    )  # fmt: skip
    def suggestions(self, request: Request, pk: str) -> Response:
        """The open projects within reach, each criterion met, not met or to check. A person decides."""
        case = self.get_object()
        CASE_POLICY.check(request.user, Action.DECIDE, case)
        check_parameters(request, ())
        self._log_part(case, "suggestions")
        found = rank_projects(case, user=request.user)
        return Response(shapes.SuggestedProjectsSerializer(found).data)

    def _log_part(self, case: Case, part: str) -> None:
        access_log.record("open", request=self.request, obj=case, case=case, detail={"part": part})


def _profile(case: Case) -> Response:
    profile = services.work_profile_of(case)
    shown = shapes.WorkProfileSerializer(profile).data
    return Response(shown, headers={"ETag": etag(profile.version)})


class ProjectSuggestionResource(Resource):
    """The waiting cases ranked for a project: for whoever fills its seats."""

    queryset = Project.objects.with_places()
    policy = PROJECT_POLICY
    serializer_class = shapes.SuggestedCasesSerializer
    filter_backends = ()
    pagination_class = None  # type: ignore[assignment]

    def suggestions(self, request: Request, pk: str) -> Response:
        """The waiting cases of the reader’s scope, each criterion met, not met or to check."""
        project: Any = self.get_object()
        PROJECT_POLICY.check(request.user, HostAction.FILL, project)
        check_parameters(request, ())
        found = rank_cases(project, user=request.user)
        access_log.record(
            "list",
            request=request,
            model="cases.case",
            ids=[row.record.pk for row in found.rows],
            detail={"project": str(project.pk)},
        )
        return Response(self.get_serializer(found).data)
