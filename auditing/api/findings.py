"""Findings: listed, noted, corrected, answered, closed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from auditing.lists.samples import FindingFilter
from auditing.models import Finding, Sample
from auditing.policy import FINDING_POLICY
from auditing.serializers import samples as shapes
from auditing.services import findings as services
from auditing.workflow import FINDING_WORKFLOW
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.errors import Invalid
from peph.resources import Resource
from peph.transition_api import offers


@offers(FINDING_WORKFLOW, services.move_finding)
class FindingResource(Resource):
    """What auditors noted, how grave it is, and what was answered."""

    queryset = Finding.objects.with_people()
    serializer_class = shapes.FindingSerializer
    filterset_class = FindingFilter
    policy = FINDING_POLICY

    @extend_schema(request=shapes.FindingNewBody, responses={201: shapes.FindingSerializer})
    def create(self, request: Request) -> Response:
        """Note a finding on an open sample or on one of its records."""
        given = self.parse(shapes.FindingNewBody)
        sample = given.pop("sample")
        place = _place(request.user, sample, given.pop("item", None), given.pop("question", None))
        finding = services.add_finding(sample, by=request.user, **place, **given)
        return self.written(finding, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.FindingBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a finding that nobody answered yet."""
        finding = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.FindingBody, partial=True)
        return self.written(
            services.update_finding(finding, by=request.user, version=version, **fields)
        )


def _place(user: Any, sample: Sample, position: int | None, code: str | None) -> dict[str, Any]:
    """The record and the question meant. Raises Invalid for what is not in the sample."""
    problems: dict[str, list[object]] = {}
    items = sample.items.visible_to(user).select_related("subject_case")
    item = items.filter(position=position).first() if position else None
    if position and item is None:
        problems["item"] = [_("This record is not in this sample.")]
    asked = sample.asked.select_related("question").filter(question__code=code).first()
    if code and asked is None:
        problems["question"] = [_("This question is not asked in this sample.")]
    if problems:
        raise Invalid(fields=problems)
    return {"item": item, "question": asked.question if asked else None}
