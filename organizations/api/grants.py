"""The API of grants: who may do what, where."""

from dataclasses import dataclass
from typing import Any, NoReturn

from django.contrib.auth import get_user_model
from django.db.models import CharField, QuerySet, Value
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from organizations import serializers as shapes
from organizations.grant_list import (
    NEVER,
    STATES,
    GrantRow,
    Wanted,
    grant_or_404,
    grant_page,
    tables,
)
from organizations.models import Grant, RegionGrant
from organizations.policy import PROGRAM_POLICY
from organizations.services import grants
from organizations.services.transfers import transfer_grants
from peph.accounts.step_up import require_recent
from peph.api import expected_version, uuid_of
from peph.api_schema import IF_MATCH
from peph.audit import access_log
from peph.errors import Invalid
from peph.resources import PAGING, Resource, check_parameters, paging_asked


@dataclass(frozen=True)
class OneGrant(GrantRow):
    """A grant as the list shows it, with its version and what can be done with it."""

    version: int
    actions: tuple[str, ...] = ("extend", "end")

    @classmethod
    def of(cls, grant: Grant) -> "OneGrant":
        """The grant in words; one query for the giver."""
        return cls(
            pk=grant.pk,
            ends=grant.expires_on or NEVER,
            table=str(grant._meta.model_name).removesuffix("grant"),
            model=type(grant),
            object_id=grant.content_object_id,  # type: ignore[attr-defined]
            name=name_of(grant),
            code=grant.permission.codename,
            person=str(grant.user),
            email=grant.user.email,
            seen_at=grant.user.last_login,
            giver=str(grant.granted_by) if grant.granted_by else None,
            given_at=grant.granted_at,
            last_day=grant.expires_on,
            why=grant.reason,
            version=grant.version,
        )


def name_of(grant: Grant) -> str:
    """The name of the object a grant is on, at the path its table names."""
    value: Any = grant
    for part in grant.NAMED_BY.split("__"):
        value = getattr(value, part)
    return str(value)


def person_with(email: str, *, name: str = "email", closed: bool = False) -> Any:
    """The account with this e-mail, open unless `closed` ones count as well. Raises Invalid at `name`."""
    accounts = get_user_model()._default_manager.filter(email=email.lower())
    person = (accounts if closed else accounts.filter(is_active=True)).first()
    # A closed account is as unknown as none.
    if person is None:
        raise Invalid(fields={name: [_("Unknown person.")]})
    return person


class GrantResource(Resource):
    """Who may do what, where. For the leads of the programme; the others are told they are not."""

    queryset = RegionGrant.objects.all()
    serializer_class = shapes.GrantSerializer
    detail_serializer_class = shapes.GrantDetailSerializer
    policy = PROGRAM_POLICY
    delete_body = shapes.GrantEndBody
    filter_backends = ()
    NARROWING = ("person", "role", "name", "state")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        grants.require_lead(request.user)
        require_recent(request)

    def get_queryset(self) -> QuerySet:
        return self.queryset.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("person", str, description="Words of the name or e-mail."),
            OpenApiParameter("role", str, description="Kind and role: `region.coordinate`."),
            OpenApiParameter("name", str, description="Words of the name of the object."),
            OpenApiParameter("state", str, enum=list(STATES), default="live"),
        ]
    )
    def list(self, request: Request) -> Response:
        check_parameters(request, self.NARROWING)
        narrowed: dict[str, Any] = {
            name: value for name, value in request.query_params.items() if name not in PAGING
        }
        for name, value in narrowed.items():
            if len(value) > 100 or "\x00" in value:
                raise Invalid(fields={name: [_("This is not one of the choices.")]})
        if narrowed.get("state", "live") not in STATES:
            raise Invalid(fields={"state": [_("This is not one of the choices.")]})
        found = grant_page(Wanted(**narrowed), by=request.user, **paging_asked(request))
        self.log_list(found.rows)
        return self.answer_page(found, self.get_serializer(found.rows, many=True).data)

    @extend_schema(request=shapes.GrantNewBody, responses={201: shapes.GrantDetailSerializer})
    def create(self, request: Request) -> Response:
        given = self.parse(shapes.GrantNewBody)
        kind = shapes.GRANT_KINDS[given["on"]]
        on = kind._default_manager.filter(pk=given["object_id"]).first()
        if on is None:
            raise Invalid(fields={"object_id": [_("Unknown object.")]})
        grant = grants.give_grant(
            by=request.user,
            user=person_with(given["email"]),
            role=given["role"],
            on=on,
            reason=given["reason"],
            expires_on=given.get("expires_on"),
        )
        return self.answer(OneGrant.of(grant), status=201)

    def get_object(self) -> Grant:
        key = uuid_of(self.kwargs["pk"])
        if key is None:
            self._refuse()
        parts = [
            model._default_manager.filter(pk=key)
            .annotate(table=Value(table, output_field=CharField()))
            .order_by()
            .values_list("table", flat=True)
            for table, model in tables().items()
        ]
        table = next(iter(parts[0].union(*parts[1:], all=True)), None)
        if table is None:
            self._refuse()
        return grant_or_404(table, key, by=self.request.user)

    def _refuse(self) -> NoReturn:
        access_log.record("refuse", request=self.request, model="grant", ids=(self.kwargs["pk"],))
        raise Http404

    def retrieve(self, request: Request, pk: str) -> Response:
        grant = self.get_object()
        access_log.record("open", request=request, obj=grant)
        return self.answer(OneGrant.of(grant))

    @extend_schema(request=shapes.GrantTransferBody, responses={204: None})
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def transfer(self, request: Request) -> Response:
        """Hand all that somebody holds over to a successor, and end it, in one act."""
        given = self.parse(shapes.GrantTransferBody)
        transfer_grants(
            person_with(given["person"], name="person", closed=True),
            to=person_with(given["to"], name="to"),
            by=request.user,
            reason=given["reason"],
        )
        return Response(status=204)

    @extend_schema(parameters=[IF_MATCH], request=shapes.GrantExtendBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Give a grant another last day; both the day and the reason are asked for."""
        grant = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.GrantExtendBody)
        grant = grants.extend_grant(grant, by=request.user, version=version, **given)
        return self.answer(OneGrant.of(grant))

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """End a grant from the next request on; the body says why."""
        grant = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.GrantEndBody)
        grants.end_grant(grant, by=request.user, version=version, **given)
        return Response(status=204)
