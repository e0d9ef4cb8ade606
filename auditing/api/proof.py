"""The proof of the history for programs: the last proofs, proving now, and receipts."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from auditing.services.proof import check_reader, verify_now
from peph.api_schema import ResourceSchema
from peph.audit import access_log, proof, receipts
from peph.audit.models import VerificationRun
from peph.errors import Invalid
from peph.resources import check_parameters
from peph.strict_json import StrictJSONParser

SHOWN = 20


class HistoryProblemSerializer(serializers.Serializer):
    """One finding, and where it is."""

    kind = serializers.CharField()
    message = serializers.CharField()
    change_set = serializers.IntegerField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    object_id = serializers.CharField(allow_null=True)
    history_id = serializers.IntegerField(allow_null=True)


class VerificationSerializer(serializers.Serializer):
    """A proof that was made."""

    id = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    actor = serializers.UUIDField(source="actor_id")
    channel = serializers.CharField()
    since = serializers.IntegerField()
    head = serializers.IntegerField(source="head_number")
    head_hash = serializers.SerializerMethodField()
    change_sets = serializers.IntegerField()
    history_rows = serializers.IntegerField()
    notes = serializers.IntegerField()
    state = serializers.CharField()
    problems = HistoryProblemSerializer(many=True)
    warnings = HistoryProblemSerializer(many=True)

    def get_head_hash(self, run: VerificationRun) -> str:
        return bytes(run.head_hash).hex()


class CheckpointSerializer(serializers.Serializer):
    """A note that was taken, as it was signed."""

    at = serializers.DateTimeField()
    number = serializers.IntegerField()
    note = serializers.CharField()


class ProofSerializer(serializers.Serializer):
    """What is known of the history: the last proofs, the last notes, and the key they are checked with."""

    last = VerificationSerializer(allow_null=True)
    runs = VerificationSerializer(many=True)
    checkpoints = CheckpointSerializer(many=True)
    public_key = serializers.CharField()


class ReceiptSerializer(serializers.Serializer):
    """Whether the history holds what a receipt was given for."""

    receipt = serializers.CharField()
    held = serializers.BooleanField()
    change_set = serializers.IntegerField(allow_null=True)


class ProofPart(APIView):
    """What the addresses below have in common."""

    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    schema = ResourceSchema()


class ProofView(ProofPart):
    """The last proofs and notes."""

    @extend_schema(responses=ProofSerializer)
    def get(self, request: Request) -> Response:
        """Whether the history is whole, as last proven; the newest first."""
        check_reader(request.user)
        check_parameters(request, ())
        runs = list(proof.runs()[:SHOWN])
        access_log.record(
            "list",
            request=request,
            model=VerificationRun._meta.label_lower,
            ids=[run.pk for run in runs],
        )
        shown = {
            "last": runs[0] if runs else None,
            "runs": runs,
            "checkpoints": proof.checkpoints()[:SHOWN],
            "public_key": proof.public_key_text(),
        }
        return Response(ProofSerializer(shown).data)


class ProofVerifyView(ProofPart):
    """Proving now."""

    @extend_schema(request=None, responses={201: VerificationSerializer})
    def post(self, request: Request) -> Response:
        """Prove what came after the last whole proof; 409 when that is too much to wait for."""
        return Response(VerificationSerializer(verify_now(by=request.user)).data, status=201)


class ProofReceiptView(ProofPart):
    """A receipt held against the history."""

    @extend_schema(
        parameters=[OpenApiParameter("receipt", OpenApiTypes.STR, required=True)],
        responses=ReceiptSerializer,
    )
    def get(self, request: Request) -> Response:
        """Whether the history holds the change a receipt (`number:hash`) was given for."""
        check_reader(request.user)
        check_parameters(request, ("receipt",))
        text = request.query_params.get("receipt", "")
        try:
            found = proof.check_receipt(text)
        except receipts.ReceiptError as error:
            raise Invalid(fields={"receipt": [_("This is not a receipt.")]}) from error
        shown = {
            "receipt": text.strip(),
            "held": found is not None,
            "change_set": None if found is None else found.number,
        }
        return Response(ReceiptSerializer(shown).data)
