"""Follow-ups and internal notes."""

from typing import ClassVar

import django_filters as df
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.filters import FollowUpFilter
from cases.models import FollowUp, Note
from cases.policy import FOLLOW_UP_POLICY, NOTE_POLICY
from cases.serializers import follow_ups as shapes
from cases.services import follow_ups as services
from cases.services import notes
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order
from peph.resources import Resource


class FollowUpResource(Resource):
    """What is due, and what came of it."""

    queryset = FollowUp.objects.with_people()
    serializer_class = shapes.FollowUpSerializer
    filterset_class = FollowUpFilter
    policy = FOLLOW_UP_POLICY
    order = Order("due_on", descending=False)

    @extend_schema(request=shapes.FollowUpNewBody, responses={201: shapes.FollowUpSerializer})
    def create(self, request: Request) -> Response:
        """Plan a follow-up besides those of the schedule."""
        fields = self.parse(shapes.FollowUpNewBody)
        follow_up = services.add_follow_up(fields.pop("case"), by=request.user, **fields)
        return self.written(follow_up, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.FollowUpEditBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        follow_up = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.FollowUpEditBody, partial=True)
        return self.written(
            services.update_follow_up(follow_up, by=request.user, version=version, **fields)
        )

    @extend_schema(parameters=[IF_MATCH], request=shapes.FollowUpDoneBody)
    @action(detail=True, methods=["post"], url_path="done")
    def done(self, request: Request, pk: str) -> Response:
        """Say when and how it was done and what came of it; plan the next one."""
        follow_up = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.FollowUpDoneBody)
        return self.written(
            services.complete_follow_up(follow_up, by=request.user, version=version, **given)
        )


class NoteFilter(df.FilterSet):
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))

    class Meta:
        model = Note
        fields: ClassVar = ("case",)


class NoteResource(Resource):
    """Internal notes: read by the programme, never by a host."""

    queryset = Note.objects.select_related("case", "author")
    serializer_class = shapes.NoteSerializer
    filterset_class = NoteFilter
    policy = NOTE_POLICY
    order = Order("created_at")

    @extend_schema(request=shapes.NoteNewBody, responses={201: shapes.NoteSerializer})
    def create(self, request: Request) -> Response:
        fields = self.parse(shapes.NoteNewBody)
        note = notes.add_note(fields.pop("case"), by=request.user, **fields)
        return self.written(note, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.NoteBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct one's own note; the former text stays in the history."""
        note = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.NoteBody)
        return self.written(notes.update_note(note, by=request.user, version=version, **fields))
