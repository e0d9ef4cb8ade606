"""Projects: drafted and completed by their host, decided by the lead, scored by the committee."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from organizations.filters import ProjectFilter
from organizations.models import Project
from organizations.policy import PROJECT_POLICY
from organizations.score_table import score_table
from organizations.serializers import projects as shapes
from organizations.services import projects as services
from organizations.workflow import PROJECT_WORKFLOW
from peph.api import etag, expected_version
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.errors import Forbidden
from peph.resources import Resource
from peph.transition_api import offers


@offers(PROJECT_WORKFLOW, services.move_project)
class ProjectResource(Resource):
    """Posts that host sites offer for a placement."""

    queryset = Project.objects.with_places()
    serializer_class = shapes.ProjectSerializer
    detail_serializer_class = shapes.ProjectDetailSerializer
    filterset_class = ProjectFilter
    policy = PROJECT_POLICY

    @extend_schema(request=shapes.ProjectNewBody, responses={201: shapes.ProjectDetailSerializer})
    def create(self, request: Request) -> Response:
        """Draft a project for a site, in a call that takes projects."""
        fields = self.parse(shapes.ProjectNewBody)
        project = services.propose_project(fields.pop("site"), by=request.user, **fields)
        return self.written(project, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.ProjectBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write a project as long as it is a draft or was returned."""
        project = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.ProjectBody, partial=True)
        return self.written(
            services.update_project(project, by=request.user, version=version, **fields)
        )

    @extend_schema(responses=shapes.ScoreTableSerializer)
    @action(detail=True, url_path="scores", filter_backends=[])
    def scores(self, request: Request, pk: str) -> Response:
        """The committee’s scores, as far as the reader may see them."""
        project = self.get_object()
        access_log.record("open", request=request, obj=project, detail={"part": "scores"})
        return self._scores(project)

    @extend_schema(
        parameters=[IF_MATCH], request=shapes.ScoresBody, responses=shapes.ScoreTableSerializer
    )
    @scores.mapping.put
    def give_scores(self, request: Request, pk: str) -> Response:
        """Give one’s own scores. The ETag is that of the project: it is what was read and scored."""
        project = self.get_object()
        services.check_may_score(request.user, project)
        version = expected_version(request)
        given = self.parse(shapes.ScoresBody)
        services.score_project(project, by=request.user, version=version, **given)
        return self._scores(self.get_object())

    def _scores(self, project: Project) -> Response:
        table = score_table(project, self.request.user)
        if table is None:
            raise Forbidden
        shown = shapes.ScoreTableSerializer(table).data
        return Response(shown, headers={"ETag": etag(project.version)})
