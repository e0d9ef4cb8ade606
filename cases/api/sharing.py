"""Exceptional access to one case: seen, given, prolonged and ended by whoever answers for it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.models import Case, CaseGrant
from cases.policy import CASE_POLICY, Action
from cases.serializers import cases as shapes
from cases.serializers.readers import CaseReadersSerializer
from cases.services.grants import check_may_change, share_case
from cases.services.readers import readers_of
from organizations.api.grants import person_with
from organizations.serializers import GrantEndBody
from organizations.services.grants import end_grant, extend_grant
from peph.accounts.step_up import require_recent
from peph.api import etag, expected_version, uuid_of
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.paging import Order
from peph.resources import bounded_page, check_parameters, paging_asked

GRANT_ID = OpenApiParameter("grant_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class SharedResource(HistoricResource):
    """The grants on one case, below its address."""

    delete_body = GrantEndBody

    @extend_schema(responses=shapes.CaseGrantSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="grants", filter_backends=[])
    def grants(self, request: Request, pk: str) -> Response:
        """Who may read or keep this case as an exception, the latest given first."""
        case = self._to_share()
        check_parameters(request, ())
        found = bounded_page(_grants(case), order=Order("granted_at"), **paging_asked(request))
        access_log.record(
            "list",
            request=request,
            model="cases.casegrant",
            ids=[row.pk for row in found.rows],
            case=case,
        )
        return self.answer_page(found, shapes.CaseGrantSerializer(found.rows, many=True).data)

    @extend_schema(request=shapes.CaseShareBody, responses={201: shapes.CaseGrantSerializer})
    @grants.mapping.post
    def share(self, request: Request, pk: str) -> Response:
        """Give somebody an exception on this case; it has a last day."""
        case = self._to_share()
        given = self.parse(shapes.CaseShareBody)
        given["user"] = person_with(given.pop("email"))
        return _answer(share_case(case, by=request.user, **given), status=201)

    @extend_schema(parameters=[GRANT_ID], responses=shapes.CaseGrantSerializer)
    @action(detail=True, methods=["get"], url_path="grants/(?P<grant_id>[^/]+)", url_name="grant")
    def grant(self, request: Request, pk: str, grant_id: str) -> Response:
        """One exception, with its version."""
        grant = self._grant(grant_id)
        access_log.record("open", request=request, obj=grant, case=grant.content_object_id)
        return _answer(grant)

    @extend_schema(
        parameters=[GRANT_ID, IF_MATCH],
        request=shapes.CaseGrantExtendBody,
        responses=shapes.CaseGrantSerializer,
    )
    @grant.mapping.patch
    def extend_grant(self, request: Request, pk: str, grant_id: str) -> Response:
        """Give an exception another last day; both the day and the reason are asked for."""
        grant = self._grant(grant_id)
        version = expected_version(request)
        given = self.parse(shapes.CaseGrantExtendBody)
        check_may_change(grant, by=request.user)
        return _answer(extend_grant(grant, by=request.user, version=version, **given))

    @extend_schema(parameters=[GRANT_ID, IF_MATCH], responses={204: None})
    @grant.mapping.delete
    def end_grant(self, request: Request, pk: str, grant_id: str) -> Response:
        """End an exception from the next request on; the body says why."""
        grant = self._grant(grant_id)
        version = expected_version(request)
        given = self.parse(GrantEndBody)
        check_may_change(grant, by=request.user)
        end_grant(grant, by=request.user, version=version, **given)
        return Response(status=204)

    @extend_schema(responses=CaseReadersSerializer)
    @action(
        detail=True, methods=["get"], url_path="readers", filter_backends=[], pagination_class=None
    )  # fmt: skip
    def readers(self, request: Request, pk: str) -> Response:
        """Every account that sees the case now, through which grants, and how much of it."""
        case = self.get_object()
        CASE_POLICY.check(request.user, Action.AUDIT, case)
        check_parameters(request, ())
        access_log.record("open", request=request, obj=case, case=case, detail={"part": "readers"})
        return Response(CaseReadersSerializer(readers_of(case)).data)

    def _to_share(self) -> Case:
        # Before the body is read: who may not share learns of no e-mail address.
        case = self.get_object()
        CASE_POLICY.check(self.request.user, Action.SHARE, case)
        require_recent(self.request)
        return case

    def _grant(self, grant_id: str) -> CaseGrant:
        grants, key = _grants(self._to_share()), uuid_of(grant_id)
        grant = grants.filter(pk=key).first() if key else None
        if grant is None:
            raise Http404
        return grant


def _grants(case: Case) -> QuerySet[CaseGrant]:
    rows = CaseGrant.objects.filter(content_object=case)
    return rows.select_related("user", "permission", "granted_by", "content_object")


def _answer(grant: Any, status: int = 200) -> Response:
    shown = shapes.CaseGrantSerializer(grant).data
    return Response(shown, status=status, headers={"ETag": etag(grant.version)})
