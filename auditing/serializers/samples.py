"""A sample, its records and its findings as their reader sees them, and what a request may say."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from auditing.models import (
    MOST_ITEMS,
    ChecklistQuestion,
    Finding,
    ItemAnswer,
    Population,
    Sample,
    SampleItem,
)
from auditing.policy import SAMPLE_POLICY
from auditing.services.samples import receipts_of
from cases.policy import Action
from cases.serializers import related
from organizations.models import HostOrganization
from organizations.serializers import RegionReference
from peph.api import Body, Day, Reference, RelatedId


class OrganizationReference(Reference):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SampleSerializer(serializers.ModelSerializer):
    """A row of the list: what it was drawn from, and how far it is."""

    mandate_region = RegionReference(read_only=True, allow_null=True)
    mandate_organization = OrganizationReference(read_only=True, allow_null=True)
    drawn_by = related.PersonReference(read_only=True, allow_null=True)
    signed_by = related.PersonReference(read_only=True, allow_null=True)
    items_done = serializers.IntegerField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Sample
        fields: tuple[str, ...] = (
            "id", "version", "number", "title", "population", "mandate_region",
            "mandate_organization", "size", "items_done", "status", "drawn_by", "drawn_at",
            "signed_by", "signed_at", "updated_at", "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, sample: Sample) -> list[str]:
        moves = [step.name for step in sample.available_transitions]
        return [*moves, "save-item", "add-finding"] if moves else []


class AnswerSerializer(serializers.ModelSerializer):
    """The answer to one question."""

    question = serializers.CharField(source="question.code")

    class Meta:
        model = ItemAnswer
        fields = read_only_fields = ("question", "value", "comment")


class ItemSerializer(serializers.ModelSerializer):
    """One record of the sample, as it was called at the drawing, with the answers about it."""

    case = serializers.UUIDField(source="subject_case_id", read_only=True, allow_null=True)
    done_by = related.PersonReference(read_only=True, allow_null=True)
    answers = AnswerSerializer(many=True, read_only=True)

    class Meta:
        model = SampleItem
        fields = read_only_fields = (
            "id", "version", "position", "object_key", "label", "case", "done_by", "done_at", "answers",
        )  # fmt: skip


class AskedSerializer(serializers.ModelSerializer):
    """A question of the checklist, in both languages."""

    class Meta:
        model = ChecklistQuestion
        fields = read_only_fields = ("code", "text_fr", "text_en", "help_fr", "help_en")


class SampleReceiptSerializer(serializers.Serializer):
    """The change that drew or ended the sample, with what proves it."""

    number = serializers.IntegerField()
    verb = serializers.CharField()
    at = serializers.DateTimeField()
    receipt = serializers.CharField()


class SampleDetailSerializer(SampleSerializer):
    """One sample with all that is needed to redo the drawing, its records, questions and receipts."""

    questions = serializers.SerializerMethodField()
    items = ItemSerializer(many=True, read_only=True)
    receipts = serializers.SerializerMethodField()

    class Meta(SampleSerializer.Meta):
        fields = read_only_fields = (
            *SampleSerializer.Meta.fields,
            "purpose", "filter_query", "filter_text", "population_size", "population_digest", "seed",
            "head_number", "conclusion", "abandon_reason", "questions", "items", "receipts",
        )  # fmt: skip

    @extend_schema_field(AskedSerializer(many=True))
    def get_questions(self, sample: Sample) -> list[dict[str, Any]]:
        asked = sample.asked.select_related("question")
        return [dict(AskedSerializer(each.question).data) for each in asked]

    @extend_schema_field(SampleReceiptSerializer(many=True))
    def get_receipts(self, sample: Sample) -> list[dict[str, Any]]:
        return list(SampleReceiptSerializer(receipts_of(sample), many=True).data)


class RedrawnSerializer(serializers.Serializer):
    """The same drawing made today."""

    population_size = serializers.IntegerField()
    grown_by = serializers.IntegerField()
    same_population = serializers.BooleanField()
    drawn_again = serializers.IntegerField()
    same_sample = serializers.BooleanField()


class SampleNewBody(Body):
    """What to draw and how many. `filter` takes the parameters of the list of that kind of record.

    Without `region` or `organization` the sample is drawn under the widest mandate the person holds.
    """

    population = serializers.ChoiceField(Population.choices)
    title = serializers.CharField(max_length=160)
    purpose = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    size = serializers.IntegerField(min_value=1, max_value=MOST_ITEMS)
    seed = serializers.CharField(max_length=64, allow_blank=True, required=False)
    filter = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    region = related.a_region(allow_null=True, required=False)
    organization = RelatedId(
        lambda user: HostOrganization.objects.all(),
        _("Unknown host organisation."),
        allow_null=True,
        required=False,
    )


class AnswerBody(Body):
    """The answer to one question; a no says why."""

    value = serializers.ChoiceField(ItemAnswer.Value.choices)
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class ItemBody(Body):
    """All answers about one record, by code of question, and whether the record is done."""

    answers = serializers.DictField(child=AnswerBody(), required=False)
    done = serializers.BooleanField(required=False)


class SampleReference(Reference):
    id = serializers.UUIDField()
    number = serializers.CharField()


class FindingSerializer(serializers.ModelSerializer):
    """A finding from what was noted to how it was closed."""

    sample = SampleReference(read_only=True)
    item = serializers.SerializerMethodField()
    question = serializers.SerializerMethodField()
    case = related.CaseReference(read_only=True, allow_null=True)
    noted_by = related.PersonReference(read_only=True, allow_null=True)
    answered_by = related.PersonReference(read_only=True, allow_null=True)
    closed_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields = read_only_fields = (
            "id", "version", "sample", "number", "item", "question", "case", "severity", "text",
            "recommendation", "due_on", "state", "answer", "closing_note", "noted_by", "created_at",
            "answered_by", "answered_at", "closed_by", "closed_at", "actions",
        )  # fmt: skip

    def get_item(self, finding: Finding) -> int | None:
        return finding.item.position if finding.item else None

    def get_question(self, finding: Finding) -> str | None:
        return finding.question.code if finding.question else None

    def get_actions(self, finding: Finding) -> list[str]:
        return [step.name for step in finding.available_transitions]


class FindingBody(Body):
    """What was found, how grave it is, what to do about it, by when an answer is expected."""

    severity = serializers.ChoiceField(Finding.Severity.choices)
    text = serializers.CharField(max_length=4000)
    recommendation = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    due_on = Day(allow_null=True, required=False)


def a_sample(**options: Any) -> RelatedId:
    return RelatedId(
        lambda user: Sample.objects.filter(SAMPLE_POLICY.q(user, Action.VIEW)),
        _("Unknown sample."),
        **options,
    )


class FindingNewBody(FindingBody):
    """A finding on a sample; `item` is the position of a record, `question` the code of a question."""

    sample = a_sample()
    item = serializers.IntegerField(min_value=1, max_value=MOST_ITEMS, required=False)
    question = serializers.SlugField(max_length=40, required=False)
