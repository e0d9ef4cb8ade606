"""The API of retention: rules, legal holds, people due, erasures."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from cases.policy import Action
from peph.accounts.step_up import require_recent
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.errors import Forbidden
from peph.paging import Order
from peph.resources import Resource
from peph.transition_api import offers
from privacy.lists.retention import DueFilter, ErasureFilter, LegalHoldFilter, day_asked
from privacy.models import Erasure, LegalHold, RetentionRule
from privacy.policy import DUE_POLICY, ERASURE_POLICY, LEGAL_HOLD_POLICY, RETENTION_RULE_POLICY
from privacy.serializers import retention as shapes
from privacy.services import erasures, rules
from privacy.services.retention import due_cases, rules_of_cases
from privacy.workflow import ERASURE_WORKFLOW


class RetentionRuleResource(Resource):
    """How long each kind of record is kept."""

    queryset = RetentionRule.objects.all()
    serializer_class = shapes.RetentionRuleSerializer
    policy = RETENTION_RULE_POLICY
    order = Order("position", descending=False)

    @extend_schema(parameters=[IF_MATCH], request=shapes.RetentionRuleBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change how long a kind of record is kept, with the reason."""
        rule = self.get_object()
        version = expected_version(request)
        RETENTION_RULE_POLICY.check(request.user, Action.EDIT, rule)
        fields = self.parse(shapes.RetentionRuleBody, partial=True)
        return self.written(rules.update_rule(rule, by=request.user, version=version, **fields))


class LegalHoldResource(Resource):
    """What keeps everything about a person."""

    queryset = LegalHold.objects.with_people()
    serializer_class = shapes.LegalHoldSerializer
    filterset_class = LegalHoldFilter
    policy = LEGAL_HOLD_POLICY
    order = Order("placed_at")

    @extend_schema(request=shapes.LegalHoldNewBody, responses={201: shapes.LegalHoldSerializer})
    def create(self, request: Request) -> Response:
        """Place a hold."""
        if not LEGAL_HOLD_POLICY.anywhere(request.user, Action.EDIT):
            raise Forbidden
        fields = self.parse(shapes.LegalHoldNewBody)
        hold = rules.place_hold(fields.pop("participant"), by=request.user, **fields)
        return self.written(hold, status=201)

    @extend_schema(parameters=[IF_MATCH], request=None, responses=shapes.LegalHoldSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """End a hold today."""
        hold = self.get_object()
        version = expected_version(request)
        return self.written(rules.lift_hold(hold, by=request.user, version=version))


class DueResource(Resource):
    """The last case of each person who is due on a day (`on`, today's by default)."""

    queryset = Case.objects.all()
    serializer_class = shapes.DueSerializer
    filterset_class = DueFilter
    policy = DUE_POLICY
    order = Order("closed_on", descending=False)

    @cached_property
    def rules(self) -> dict[str, RetentionRule]:
        """The rules of the request, read once."""
        return rules_of_cases()

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        day = day_asked(self.request.query_params.get("on", ""))
        return due_cases(day, self.rules).select_related("participant", "region")

    def case_of(self, row: Any) -> Any:
        return getattr(row, "pk", None)


@offers(ERASURE_WORKFLOW, erasures.move_erasure)
class ErasureResource(Resource):
    """People to erase, and people erased."""

    queryset = Erasure.objects.with_people()
    serializer_class = shapes.ErasureSerializer
    filterset_class = ErasureFilter
    policy = ERASURE_POLICY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_recent(request)

    @extend_schema(request=shapes.ErasureNewBody, responses={201: shapes.ErasureSerializer})
    def create(self, request: Request) -> Response:
        """Propose to erase a person; another person approves."""
        if not ERASURE_POLICY.anywhere(request.user, Action.EDIT):
            raise Forbidden
        fields = self.parse(shapes.ErasureNewBody)
        proposed = erasures.propose(fields.pop("participant"), by=request.user, **fields)
        return self.written(proposed, status=201)
