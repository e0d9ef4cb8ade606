"""Links to one task, and how many are answered: as their reader sees them, and what a request may say."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cases.models import Evaluation, FollowUp, Participant, Signature, TaskLink
from cases.serializers import related
from organizations.serializers import RegionReference
from peph.api import Body, RelatedId


class LinkSerializer(serializers.ModelSerializer):
    """A link: never its address, which is asked for by itself (`address`), and logged."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    evaluation = serializers.UUIDField(source="evaluation_id", read_only=True, allow_null=True)
    follow_up = serializers.UUIDField(source="follow_up_id", read_only=True, allow_null=True)
    region = RegionReference(read_only=True)
    state = serializers.ChoiceField(TaskLink.State.choices, read_only=True)
    created_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = TaskLink
        fields = read_only_fields = (
            "id", "version", "case", "placement", "region", "task", "role", "evaluation", "follow_up",
            "recipient_name", "recipient_email", "language", "state", "sent_at", "expires_on",
            "answered_on", "revoked_on", "created_by", "created_at", "actions",
        )  # fmt: skip

    def get_actions(self, link: TaskLink) -> list[str]:
        is_open = link.state in (TaskLink.State.WAITING, TaskLink.State.EXPIRED)
        may = link.can_edit and is_open  # type: ignore[attr-defined]
        return ["address", "renew", "revoke"] if may else []


class LinkBody(Body):
    """Whom to ask for which task. To evaluate or to answer, name the evaluation."""

    placement = related.a_placement()
    task = serializers.ChoiceField(TaskLink.Task.choices)
    role = serializers.ChoiceField(Signature.Role.choices, allow_blank=True, required=False)
    evaluation = RelatedId(
        Evaluation.objects.visible_to, _("Unknown evaluation."), allow_null=True, required=False
    )
    follow_up = RelatedId(
        FollowUp.objects.visible_to, _("Unknown follow-up."), allow_null=True, required=False
    )
    recipient_name = serializers.CharField(max_length=160)
    recipient_email = serializers.EmailField(max_length=254)
    language = serializers.ChoiceField(Participant.Language.choices, required=False)


class NothingBody(Body):
    """Nothing besides the version in If-Match."""


class AddressSerializer(serializers.Serializer):
    """The address of a link: whoever has it can do the task in the recipient's name."""

    address = serializers.URLField()


class RateSerializer(serializers.Serializer):
    """Links first sent in the period: of a region, or of all (`region` null); all tasks, or one."""

    region = RegionReference(allow_null=True)
    task = serializers.SerializerMethodField()
    sent = serializers.IntegerField()
    answered = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)
    median_days = serializers.FloatField(allow_null=True)

    def get_task(self, rate: Any) -> str | None:
        return rate.task or None


class AnswersSerializer(serializers.Serializer):
    """The rates of a period."""

    since = serializers.DateField()
    until = serializers.DateField()
    results = RateSerializer(many=True)
