"""Who sees a case and through what, and its conflicts of interest: read, and what a request may say."""

from rest_framework import serializers

from cases.models import ConflictOfInterest
from cases.serializers import related
from cases.services.readers import ABILITIES
from organizations.models import Grant
from peph.api import Body


class ReaderGrantSerializer(serializers.Serializer):
    """A grant that opens the case: the role, what it is on, and until when."""

    role = serializers.CharField(source="permission.codename")
    on = serializers.SerializerMethodField()
    name = serializers.CharField(source="content_object")
    reason = serializers.CharField()
    granted_by = related.PersonReference(allow_null=True)
    granted_at = serializers.DateTimeField()
    expires_on = serializers.DateField(allow_null=True)

    def get_on(self, grant: Grant) -> str:
        return str(grant._meta.model_name).removesuffix("grant")


class CaseReaderSerializer(serializers.Serializer):
    """One account that sees the case; `abilities` are the actions of the policy that say how much of it."""

    person = related.PersonReference(source="user")
    grants = ReaderGrantSerializer(many=True)
    abilities = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(each) for each in ABILITIES])
    )


class ConflictSerializer(serializers.ModelSerializer):
    """A conflict of interest; in force while `ended_at` is null."""

    case = related.CaseReference(read_only=True)
    person = related.PersonReference(source="user", read_only=True)
    declared_by = related.PersonReference(read_only=True)
    ended_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = ConflictOfInterest
        fields = read_only_fields = (
            "id", "version", "case", "person", "reason", "declared_by", "declared_at", "ended_by",
            "ended_at", "end_reason", "actions",
        )  # fmt: skip

    def get_actions(self, conflict: ConflictOfInterest) -> list[str]:
        may = conflict.can_edit and not conflict.is_over  # type: ignore[attr-defined]
        return ["end"] if may else []


class CaseReadersSerializer(serializers.Serializer):
    """Everybody who sees the case now; those a conflict keeps out are not among them."""

    readers = CaseReaderSerializer(many=True)


# ------------------------------------------------------------------ what a request may say
class ConflictNewBody(Body):
    """Whose conflict, with which case, and why. Without `email`: one’s own."""

    case = related.a_case()
    email = serializers.EmailField(max_length=254, required=False)
    reason = serializers.CharField(max_length=300)


class ConflictEndBody(Body):
    """Why a conflict of interest ends."""

    reason = serializers.CharField(max_length=300)
