"""A document as its reader sees it, and what a request may say of it."""

from rest_framework import serializers

from cases.models import Document
from cases.models.documents import Readiness
from cases.serializers import related
from organizations.serializers import RegionReference
from peph.api import Body


class DocumentSerializer(serializers.ModelSerializer):
    """One version of a document; its bytes are at `content/`."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True, allow_null=True)
    region = RegionReference(read_only=True)
    uploaded_by = related.PersonReference(read_only=True, allow_null=True)
    replaces = serializers.UUIDField(source="replaces_id", read_only=True, allow_null=True)
    readiness = serializers.ChoiceField(Readiness.choices, read_only=True)
    is_latest = serializers.BooleanField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = read_only_fields = (
            "id", "version", "case", "placement", "region", "kind", "title", "audience",
            "filename", "media_type", "size", "sha256", "readiness", "number", "replaces", "is_latest",
            "uploaded_by", "uploaded_at", "withdrawn_on", "actions",
        )  # fmt: skip

    def get_actions(self, document: Document) -> list[str]:
        if document.withdrawn_on is not None:
            return []
        reading = ["content"] if document.is_readable else []
        if not document.can_edit:  # type: ignore[attr-defined]
            return reading
        return [*reading, *(["replace"] if document.is_latest else []), "withdraw"]


class DocumentNewBody(Body):
    """A file to put in. With `replaces`, what is not given is as in the version it replaces."""

    file = serializers.FileField(max_length=None, allow_empty_file=True)
    case = related.a_case()
    kind = serializers.ChoiceField(Document.Kind.choices, required=False)
    title = serializers.CharField(max_length=160, allow_blank=True, required=False)
    audience = serializers.ChoiceField(Document.Audience.choices, required=False)
    placement = related.a_placement(required=False)
    replaces = related.a_document(required=False)


class DocumentWithdrawBody(Body):
    """Why a document is taken out of use."""

    reason = serializers.CharField(max_length=4000)
