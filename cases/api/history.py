"""The history of a record and the record as it was: for those who may audit its case."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case, Consent, DisabilityRecord
from cases.policy import CASE_POLICY, Action
from cases.serializers.history import EntrySerializer, SnapshotSerializer
from peph.audit import access_log, timeline
from peph.audit.history import declaration
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Forbidden, Invalid
from peph.paging import Order
from peph.resources import Resource, bounded_page, check_parameters, paging_asked

BY_NUMBER = Order("number")
INSTANT = OpenApiParameter(
    "instant",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description="A moment (2026-04-01T12:00:00Z) or a day (2026-04-01: at its end).",
)


def rows_of_case(case: Case) -> QuerySet[ChangedRow]:
    """The journal of a case and of its person: what its timeline may show of a larger change set."""
    person = case.participant_id
    ids = [person]
    for model in (Consent, DisabilityRecord):
        ids += model._default_manager.filter(participant_id=person).values_list("pk", flat=True)
    return ChangedRow.objects.filter(
        Q(case_id=case.pk) | Q(object_id__in=[str(each) for each in ids])
    )


def answer_entries(
    resource: Resource, sets: QuerySet[ChangeSet], rows: QuerySet[ChangedRow]
) -> Response:
    """A page of change sets with what they did to these rows, newest first."""
    request = resource.request
    check_parameters(request, ())
    found = bounded_page(sets.order_by(), order=BY_NUMBER, **paging_asked(request))
    entries = timeline.entries(found.rows, rows=rows)
    return resource.answer_page(found, EntrySerializer(entries, many=True).data)


class HistoricResource(Resource):
    """A noun whose records can be read as they were. `case_path` leads from a case to the record."""

    case_path = "pk"

    def check_audit(self, row: models.Model) -> None:
        """Raise Forbidden unless the person may audit a case of this record."""
        audited = CASE_POLICY.q(self.request.user, Action.AUDIT)
        if not Case.objects.filter(audited).filter(**{self.case_path: row.pk}).exists():
            raise Forbidden

    def journal_of(self, row: models.Model) -> QuerySet[ChangedRow]:
        """The part of the journal that is the history of a record."""
        model: Any = type(row)
        return ChangedRow.objects.filter(model=declaration(model).label, object_id=str(row.pk))

    def as_it_was(self, row: models.Model, moment: dt.datetime) -> dict[str, Any]:
        """What a record held at `moment`. Raises Http404 where it did not exist."""
        return snapshot(row, moment)

    @extend_schema(responses=EntrySerializer(many=True))
    @action(detail=True, url_path="history", filter_backends=[])
    def history(self, request: Request, pk: str) -> Response:
        """The change sets that touched the record, newest first, each field from what to what."""
        row = self.get_object()
        self.check_audit(row)
        access_log.record(
            "open", request=request, obj=row, case=self.case_of(row), detail={"part": "history"}
        )
        rows = self.journal_of(row)
        touched = rows.order_by().values("change_set_id")
        return answer_entries(self, ChangeSet.objects.filter(id__in=touched), rows)

    @extend_schema(parameters=[INSTANT], responses=SnapshotSerializer)
    @action(
        detail=True, url_path="as-of/(?P<instant>[^/]+)", url_name="as-of", filter_backends=[],
        pagination_class=None,
    )  # fmt: skip
    def as_of(self, request: Request, pk: str, instant: str) -> Response:
        """The record as it was at that moment; 404 before it existed."""
        row = self.get_object()
        self.check_audit(row)
        moment = moment_of(instant)
        access_log.record(
            "open", request=request, obj=row, case=self.case_of(row), detail={"as_of": instant}
        )
        return Response(SnapshotSerializer(self.as_it_was(row, moment)).data)


def moment_of(text: str) -> dt.datetime:
    """The moment written in an address; a day stands for its end. Raises Invalid."""
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:
        moment = day = None
    if day is not None:
        moment = dt.datetime.combine(day, dt.time.max)
    if moment is None or not 1900 <= moment.year <= 2100:
        raise Invalid(fields={"instant": [_("Write the moment as 2026-04-01T12:00:00Z.")]})
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def snapshot(row: models.Model, moment: dt.datetime) -> dict[str, Any]:
    """What a record held at `moment`. Raises Http404 where it did not exist."""
    tracked = declaration(type(row))
    version: Any = (
        tracked.history_model._base_manager.select_related("change_set")
        .filter(**{tracked.pk.attname: row.pk}, history_date__lte=moment)
        .order_by("-history_id")
        .first()
    )
    if version is None or version.history_type == "-":
        raise Http404
    erased = version.redacted or {}
    values = {}
    for live, _copy in tracked.columns:
        if live.attname in tracked.hidden:
            values[live.name] = _("modified")
        elif live.attname in erased:
            values[live.name] = _("(erased)")
        else:
            values[live.name] = getattr(version, live.attname)
    number = version.change_set.number
    return {"id": row.pk, "at": moment, "change_set": number, "values": values}
