"""Corrections of key dates: asked for, applied or refused by a second person, and read back in time."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.lists.key_dates import KeyDateChangeFilter
from cases.models import KeyDateChange
from cases.policy import KEY_DATE_POLICY
from cases.serializers import key_dates as shapes
from cases.services import key_date_changes as services
from cases.workflow import KEY_DATE_WORKFLOW
from peph.errors import Invalid
from peph.paging import Order
from peph.transition_api import offers


@offers(KEY_DATE_WORKFLOW, services.move_key_date_change)
class KeyDateChangeResource(HistoricResource):
    """Corrections of key dates that were set."""

    queryset = KeyDateChange.objects.with_people()
    serializer_class = shapes.KeyDateChangeSerializer
    filterset_class = KeyDateChangeFilter
    policy = KEY_DATE_POLICY
    order = Order("asked_at")
    case_path = "key_date_changes"

    @extend_schema(
        request=shapes.KeyDateChangeNewBody, responses={201: shapes.KeyDateChangeSerializer}
    )
    def create(self, request: Request) -> Response:
        """Ask for a correction; somebody else applies or refuses it."""
        fields = self.parse(shapes.KeyDateChangeNewBody)
        records = [fields.pop(name) for name in ("case", "placement") if name in fields]
        if len(records) != 1:
            message = _("Give either a case or a placement.")
            raise Invalid(fields={"case": [message], "placement": [message]})
        asked = services.ask_key_date_change(records[0], by=request.user, **fields)
        return self.written(asked, status=201)
