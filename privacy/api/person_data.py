"""What is held about one person, for a program."""

import json

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Participant
from cases.policy import PARTICIPANT_POLICY
from peph.accounts.step_up import require_recent
from peph.errors import Forbidden
from peph.resources import Resource, check_parameters
from privacy.forms.person_data import PersonDataForm
from privacy.services.person_data import Asked, data_of, may_export
from privacy.services.person_files import as_json

OPTIONS = tuple(PersonDataForm.base_fields)


class PersonDataResource(Resource):
    """Everything held about a participant, as the page produces it."""

    queryset = Participant.objects.all()
    policy = PARTICIPANT_POLICY
    more_parameters = OPTIONS
    filter_backends = ()

    @extend_schema(
        parameters=[OpenApiParameter(name, bool) for name in OPTIONS],
        responses=OpenApiTypes.OBJECT,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """Each kind of record with its rows; logged before it is gathered."""
        check_parameters(request, OPTIONS)
        person = self.get_object()
        if not may_export(request.user, person):
            raise Forbidden.on(person)
        require_recent(request, reading=True)
        form = PersonDataForm(request.query_params)
        asked = Asked(**form.cleaned_data) if form.is_valid() else Asked()
        data = data_of(person, by=request.user, asked=asked, format="json", request=request)
        return Response(json.loads(as_json(data)), headers={"Cache-Control": "no-store"})
