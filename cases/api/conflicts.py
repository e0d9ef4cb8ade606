"""Conflicts of interest: declared by whoever answers for the case, or for oneself; ended by a lead."""

from typing import ClassVar

import django_filters as df
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import ConflictOfInterest
from cases.policy import CASE_POLICY, CONFLICT_POLICY, Action
from cases.serializers import readers as shapes
from cases.services.conflicts import declare_conflict, end_conflict
from organizations.api.grants import person_with
from peph.accounts.step_up import require_recent
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order
from peph.resources import Resource


class ConflictFilter(df.FilterSet):
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    in_force = df.BooleanFilter(field_name="ended_at", lookup_expr="isnull", label=_("In force"))

    class Meta:
        model = ConflictOfInterest
        fields: ClassVar = ("case", "in_force")


class ConflictResource(Resource):
    """Who is kept out of a case whatever they hold, and why."""

    queryset = ConflictOfInterest.objects.with_people()
    serializer_class = shapes.ConflictSerializer
    filterset_class = ConflictFilter
    policy = CONFLICT_POLICY
    order = Order("declared_at")

    @extend_schema(
        request=shapes.ConflictNewBody, responses={201: shapes.ConflictSerializer, 204: None}
    )
    def create(self, request: Request) -> Response:
        """Close a case to somebody; to oneself the answer is 204, for nothing of it is shown any more."""
        given = self.parse(shapes.ConflictNewBody)
        case, person = given["case"], request.user
        if (email := given.get("email", "")) and email.lower() != person.get_username():
            # Whoever may not share the case learns of no e-mail address.
            CASE_POLICY.check(request.user, Action.SHARE, case)
            person = person_with(email)
        conflict = declare_conflict(case, by=request.user, user=person, reason=given["reason"])
        return self.written(conflict, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.ConflictEndBody)
    @action(detail=True, methods=["post"], url_path="end")
    def end(self, request: Request, pk: str) -> Response:
        """What the person holds opens the case again; the body says why."""
        conflict = self.get_object()
        CONFLICT_POLICY.check(request.user, Action.EDIT, conflict)
        require_recent(request)
        version = expected_version(request)
        given = self.parse(shapes.ConflictEndBody)
        return self.written(end_conflict(conflict, by=request.user, version=version, **given))
