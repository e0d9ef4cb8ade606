"""The registers and the access requests over the API: the same scope, services and moves as the pages."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from peph.api import Body, expected_version
from peph.api_schema import IF_MATCH
from peph.resources import Resource
from peph.transition_api import offers
from privacy.lists import filters
from privacy.models import AccessRequest, Anonymisation, Disclosure, Entry, Incident
from privacy.policy import ACCESS_REQUEST_POLICY, DISCLOSURE_POLICY, REGISTER_POLICY
from privacy.serializers import registers as shapes
from privacy.services.registers import add_entry, correct_entry, move_entry
from privacy.workflow import ACCESS_REQUEST_WORKFLOW, INCIDENT_WORKFLOW


class EntryResource(Resource):
    """Base of a register: entries are added and corrected, never deleted."""

    model: ClassVar[type[Entry]]
    new_body: ClassVar[type[Body]]
    body: ClassVar[type[Body]]

    def create(self, request: Request) -> Response:
        """Add an entry."""
        fields = self.parse(self.new_body)
        return self.written(add_entry(self.model, by=request.user, **fields), status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct an entry, saying why; what it said before stays in the history."""
        entry = self.get_object()
        version = expected_version(request)
        fields = self.parse(self.body, partial=True)
        reason = fields.pop("reason", "")
        return self.written(
            correct_entry(entry, by=request.user, reason=reason, version=version, **fields)
        )


def register(
    serializer: type[shapes.EntrySerializer], new_body: type[Body], body: type[Body]
) -> Any:
    """Class decorator: describe what the two writes of a register take and answer."""

    def describe(resource: type[EntryResource]) -> type[EntryResource]:
        resource.serializer_class = serializer
        resource.new_body, resource.body = new_body, body
        described: dict[str, dict[str, Any]] = {
            "create": {"request": new_body, "responses": {201: serializer}},
            "partial_update": {"request": body, "parameters": [IF_MATCH]},
        }
        for name, more in described.items():
            inherited = getattr(EntryResource, name)

            def method(self: Any, *args: Any, _of: Any = inherited, **kwargs: Any) -> Response:
                return _of(self, *args, **kwargs)

            method.__name__, method.__doc__ = name, inherited.__doc__
            setattr(resource, name, extend_schema(**more)(method))
        return resource

    return describe


@register(shapes.DisclosureSerializer, shapes.DisclosureNewBody, shapes.DisclosureBody)
class DisclosureResource(EntryResource):
    """Disclosures without consent."""

    model = Disclosure
    queryset = Disclosure.objects.with_people()
    filterset_class = filters.DisclosureFilter
    policy = DISCLOSURE_POLICY


@offers(INCIDENT_WORKFLOW, move_entry)
@register(shapes.IncidentSerializer, shapes.IncidentNewBody, shapes.IncidentBody)
class IncidentResource(EntryResource):
    """Confidentiality incidents."""

    model = Incident
    queryset = Incident.objects.with_people()
    filterset_class = filters.IncidentFilter
    policy = REGISTER_POLICY


@register(shapes.AnonymisationSerializer, shapes.AnonymisationNewBody, shapes.AnonymisationBody)
class AnonymisationResource(EntryResource):
    """Information made anonymous."""

    model = Anonymisation
    queryset = Anonymisation.objects.with_people()
    filterset_class = filters.AnonymisationFilter
    policy = REGISTER_POLICY


@offers(ACCESS_REQUEST_WORKFLOW, move_entry)
@register(shapes.AccessRequestSerializer, shapes.AccessRequestNewBody, shapes.AccessRequestBody)
class AccessRequestResource(EntryResource):
    """Requests of persons about their own information."""

    model = AccessRequest
    queryset = AccessRequest.objects.with_people()
    filterset_class = filters.AccessRequestFilter
    policy = ACCESS_REQUEST_POLICY
