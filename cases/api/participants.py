"""People and what they agreed to."""

from typing import ClassVar

import django_filters as df
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.filters import ParticipantFilter
from cases.models import Case, Consent, ConsentText, Participant
from cases.policy import CONSENT_POLICY, PARTICIPANT_POLICY
from cases.serializers import participants as shapes
from cases.serializers import tiers
from cases.services import participants as services
from organizations.policy import REGION_POLICY
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order
from peph.resources import Resource


class ParticipantResource(HistoricResource):
    """The people of the cases one may see; a new one comes with the case."""

    queryset = Participant.objects.all()
    serializer_class = shapes.ParticipantSerializer
    detail_serializer_class = shapes.ParticipantDetailSerializer
    filterset_class = ParticipantFilter
    policy = PARTICIPANT_POLICY
    order = Order("created_at")
    case_path = "participant"

    def detailed(self, rows: QuerySet) -> QuerySet:
        seen = Case.objects.visible_to(self.request.user).order_by("-created_at", "-id")
        return rows.prefetch_related(Prefetch("cases", queryset=seen))

    @extend_schema(parameters=[IF_MATCH], request=shapes.PersonBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        person = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.PersonBody, partial=True)
        tiers.check_written(person, fields, tiers.PARTICIPANT)
        return self.written(
            services.update_participant(person, by=request.user, version=version, **fields)
        )


class ConsentTextFilter(df.FilterSet):
    purpose = df.ChoiceFilter(choices=Consent.Purpose, label=_("purpose"))

    class Meta:
        model = ConsentText
        fields: ClassVar = ("purpose",)


class ConsentTextResource(Resource):
    """The texts people are asked to agree to, for whoever holds any access."""

    queryset = ConsentText.objects.all()
    serializer_class = shapes.ConsentTextSerializer
    filterset_class = ConsentTextFilter
    # Reference data, like the regions; its rules look at no column of theirs.
    policy = REGION_POLICY
    order = Order("in_force_from")


class ConsentFilter(df.FilterSet):
    participant = df.UUIDFilter(field_name="participant_id", label=_("Participant"))
    purpose = df.ChoiceFilter(choices=Consent.Purpose, label=_("purpose"))

    class Meta:
        model = Consent
        fields: ClassVar = ("participant", "purpose")


class ConsentResource(Resource):
    """Agreements, one for each purpose."""

    queryset = Consent.objects.select_related("participant")
    serializer_class = shapes.ConsentSerializer
    filterset_class = ConsentFilter
    policy = CONSENT_POLICY
    order = Order("given_on")

    @extend_schema(request=shapes.ConsentNewBody, responses={201: shapes.ConsentSerializer})
    def create(self, request: Request) -> Response:
        fields = self.parse(shapes.ConsentNewBody)
        consent = services.give_consent(fields.pop("participant"), by=request.user, **fields)
        return self.written(consent, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.ConsentWithdrawBody)
    @action(detail=True, methods=["post"], url_path="withdraw")
    def withdraw(self, request: Request, pk: str) -> Response:
        """Record that the person took the agreement back."""
        consent = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.ConsentWithdrawBody)
        return self.written(
            services.withdraw_consent(consent, by=request.user, version=version, **given)
        )
