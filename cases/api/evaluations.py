"""Evaluations: begun, filled in, signed, answered; what is still to write; and read back in time."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.lists.evaluations import AwaitedFilter, EvaluationFilter
from cases.models import Evaluation, EvaluationScore, awaited_evaluations
from cases.policy import AWAITED_EVALUATION_POLICY, EVALUATION_POLICY
from cases.serializers import evaluations as shapes
from cases.services import evaluations as services
from organizations.models import EvaluationCriterion
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.audit.history import declaration
from peph.audit.models import ChangedRow
from peph.paging import Order
from peph.resources import Resource


class EvaluationResource(HistoricResource):
    """Evaluations of placements, locked once signed."""

    queryset = Evaluation.objects.with_people()
    serializer_class = shapes.EvaluationSerializer
    detail_serializer_class = shapes.EvaluationDetailSerializer
    filterset_class = EvaluationFilter
    policy = EVALUATION_POLICY
    case_path = "evaluations"

    def detailed(self, rows: QuerySet) -> QuerySet:
        scores = EvaluationScore.objects.select_related("criterion")
        return rows.prefetch_related(models.Prefetch("scores", scores))

    @extend_schema(
        request=shapes.EvaluationNewBody, responses={201: shapes.EvaluationDetailSerializer}
    )
    def create(self, request: Request) -> Response:
        """Begin an evaluation of a placement that has begun."""
        fields = self.parse(shapes.EvaluationNewBody)
        placement = fields.pop("placement")
        return self.written(
            services.start_evaluation(placement, by=request.user, **fields), status=201
        )

    @extend_schema(parameters=[IF_MATCH], request=shapes.EvaluationBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Fill in a draft, as far as one got."""
        evaluation = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.EvaluationBody, partial=True)
        return self.written(
            services.save_evaluation(evaluation, by=request.user, version=version, **fields)
        )

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Discard a draft; a signed evaluation stays."""
        evaluation = self.get_object()
        version = expected_version(request)
        services.discard_evaluation(evaluation, by=request.user, version=version)
        return Response(status=204)

    @extend_schema(parameters=[IF_MATCH], request=shapes.EvaluationSignBody)
    @action(detail=True, methods=["post"], url_path="sign")
    def sign(self, request: Request, pk: str) -> Response:
        """Sign a complete draft: locked from then on."""
        evaluation = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.EvaluationSignBody)
        return self.written(
            services.sign_evaluation(evaluation, by=request.user, version=version, **given)
        )

    @extend_schema(parameters=[IF_MATCH], request=shapes.EvaluationAnswerBody)
    @action(detail=True, methods=["post"], url_path="answer", url_name="answer")
    def record_answer(self, request: Request, pk: str) -> Response:
        """Record, once, whether the participant agrees with a signed evaluation."""
        evaluation = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.EvaluationAnswerBody)
        return self.written(
            services.answer_evaluation(evaluation, by=request.user, version=version, **given)
        )

    # -------------------------------------------------------------- history: the scores belong to it
    def journal_of(self, row: models.Model) -> QuerySet[ChangedRow]:
        ids = {str(version.id) for version in _score_versions(row)}
        label = declaration(EvaluationScore).label
        own = Q(pk__in=super().journal_of(row).values("pk"))
        return ChangedRow.objects.filter(own | Q(model=label, object_id__in=ids))

    def as_it_was(self, row: models.Model, moment: dt.datetime) -> dict[str, Any]:
        found = super().as_it_was(row, moment)
        codes = dict(EvaluationCriterion.objects.values_list("pk", "code"))
        scores = {}
        for version in _score_versions(row).filter(history_date__lte=moment):
            code = codes[version.criterion_id]
            erased = version.redacted or {}
            scores[code] = {
                name: _("(erased)") if name in erased else getattr(version, name)
                for name in ("level", "is_observed", "comment")
            }
            if version.history_type == "-":
                del scores[code]
        found["values"]["scores"] = scores
        return found


def _score_versions(evaluation: models.Model) -> QuerySet:
    """Every version of every score of the evaluation, in the order they were written."""
    history = declaration(EvaluationScore).history_model._base_manager
    return history.filter(evaluation_id=evaluation.pk).order_by("history_id")


class AwaitedEvaluationResource(Resource):
    """Evaluations still to write: steps of the schedule of placements that have begun, by due date."""

    queryset = awaited_evaluations()
    serializer_class = shapes.AwaitedEvaluationSerializer
    filterset_class = AwaitedFilter
    policy = AWAITED_EVALUATION_POLICY
    order = Order("due_on", descending=False)
