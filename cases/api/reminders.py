"""Pauses of reminders, and the secret address of one's calendar."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.history import HistoricResource
from cases.lists.reminders import ReminderPauseFilter
from cases.models import ReminderPause
from cases.policy import REMINDER_PAUSE_POLICY
from cases.serializers import calendars as calendar_shapes
from cases.serializers import reminders as shapes
from cases.services.calendars import feed_of, renew_calendar, revoke_calendar
from cases.services.pauses import end_pause, pause_reminders
from peph.api import expected_version
from peph.api_schema import IF_MATCH, ResourceSchema
from peph.paging import Order
from peph.resources import check_parameters
from peph.strict_json import StrictJSONParser


class ReminderPauseResource(HistoricResource):
    """When nobody is reminded of a placement, and why."""

    queryset = ReminderPause.objects.select_related("case", "paused_by")
    serializer_class = shapes.ReminderPauseSerializer
    filterset_class = ReminderPauseFilter
    policy = REMINDER_PAUSE_POLICY
    order = Order("created_at")
    case_path = "reminderpauses"

    @extend_schema(
        request=shapes.ReminderPauseNewBody, responses={201: shapes.ReminderPauseSerializer}
    )
    def create(self, request: Request) -> Response:
        """Pause the reminders of a placement."""
        fields = self.parse(shapes.ReminderPauseNewBody)
        pause = pause_reminders(fields.pop("placement"), by=request.user, **fields)
        return self.written(pause, status=201)

    @extend_schema(parameters=[IF_MATCH], request=None)
    @action(detail=True, methods=["post"], url_path="end")
    def end(self, request: Request, pk: str) -> Response:
        """Take the reminders up again before the last day of the pause."""
        pause = self.get_object()
        version = expected_version(request)
        return self.written(end_pause(pause, by=request.user, version=version))


class CalendarFeedView(APIView):
    """The secret address of one's own calendar."""

    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    schema = ResourceSchema()

    @extend_schema(responses=calendar_shapes.CalendarFeedSerializer)
    def get(self, request: Request) -> Response:
        """Since when there is an address; 404 when there is none."""
        check_parameters(request, ())
        feed = feed_of(request.user)
        if feed is None:
            raise Http404
        return Response(calendar_shapes.CalendarFeedSerializer(feed).data)

    @extend_schema(request=None, responses={201: calendar_shapes.NewCalendarFeedSerializer})
    def post(self, request: Request) -> Response:
        """Make a new address, told this once; the one before stops at once."""
        secret = renew_calendar(request.user, by=request.user)
        address = request.build_absolute_uri(reverse("cases:calendar_feed", args=[secret]))
        feed: Any = feed_of(request.user)
        shown = {"created_at": feed.created_at, "url": address}
        return Response(calendar_shapes.NewCalendarFeedSerializer(shown).data, status=201)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the address; there may be none."""
        revoke_calendar(request.user, by=request.user)
        return Response(status=204)
