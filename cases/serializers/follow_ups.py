"""Follow-ups and notes: as their reader sees them, and what a request may say of them."""

from rest_framework import serializers

from cases.models import FollowUp, Note
from cases.serializers import related
from organizations.models import FollowUpStep
from organizations.serializers import RegionReference
from peph.api import Body, Day


class FollowUpSerializer(serializers.ModelSerializer):
    """A follow-up; `title` is the step of the schedule in the reader's language, or the own subject."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True, allow_null=True)
    region = RegionReference(read_only=True)
    title = serializers.CharField(read_only=True)
    step = serializers.CharField(
        source="step.code",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="Code of the step of the schedule; none for one planned besides it.",
    )
    kind = serializers.ChoiceField(
        FollowUpStep.Kind.choices, source="step.kind", default=None, read_only=True, allow_null=True
    )
    responsible = related.PersonReference(read_only=True, allow_null=True)
    done_by = related.PersonReference(read_only=True, allow_null=True)
    is_overdue = serializers.BooleanField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = FollowUp
        fields = read_only_fields = (
            "id", "version", "case", "placement", "region", "title", "step", "kind",
            "due_on", "is_overdue", "responsible", "is_shared", "done_on", "done_by", "mode", "concern",
            "summary", "actions",
        )  # fmt: skip

    def get_actions(self, follow_up: FollowUp) -> list[str]:
        is_open = follow_up.can_edit and follow_up.done_on is None  # type: ignore[attr-defined]
        return ["done", "edit"] if is_open else []


class FollowUpBody(Body):
    """What is kept up to date on a follow-up not yet done."""

    due_on = Day()
    subject = serializers.CharField(max_length=120)
    responsible = related.a_coordinator(allow_null=True, required=False)
    is_shared = serializers.BooleanField(required=False)


class FollowUpNewBody(FollowUpBody):
    """A follow-up to plan besides those of the schedule."""

    case = related.a_case()
    placement = related.a_placement(allow_null=True, required=False)


class FollowUpEditBody(FollowUpBody):
    """A follow-up to change, and why."""

    reason = serializers.CharField(max_length=4000, allow_blank=True, required=False)


class FollowUpDoneBody(Body):
    """When and how it was done, what came of it, and when the next one is due."""

    done_on = Day()
    mode = serializers.ChoiceField(FollowUp.Mode.choices)
    summary = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    concern = serializers.ChoiceField(FollowUp.Concern.choices, required=False)
    is_shared = serializers.BooleanField(required=False)
    next_due_on = Day(allow_null=True, required=False)
    next_subject = serializers.CharField(max_length=120, allow_blank=True, required=False)


class NoteSerializer(serializers.ModelSerializer):
    """An internal note of a case."""

    case = related.CaseReference(read_only=True)
    author = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Note
        fields = read_only_fields = (
            "id", "version", "case", "author", "text", "created_at", "actions",
        )  # fmt: skip

    def get_actions(self, note: Note) -> list[str]:
        own = note.author_id == self.context["request"].user.pk
        return ["edit"] if own and note.can_edit else []  # type: ignore[attr-defined]


class NoteBody(Body):
    """The text of a note."""

    text = serializers.CharField(max_length=8000)


class NoteNewBody(NoteBody):
    """A note to add to a case."""

    case = related.a_case()
