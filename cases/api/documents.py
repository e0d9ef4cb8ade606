"""Documents: put in as a form with a file, listed, downloaded, withdrawn."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.history import HistoricResource
from cases.downloads import as_download
from cases.lists.documents import DocumentFilter
from cases.models import Document
from cases.policy import DOCUMENT_POLICY
from cases.serializers import documents as shapes
from cases.services import documents as services
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order
from peph.strict_json import StrictJSONParser
from peph.uploads import check_announced


class FormParser(MultiPartParser):
    """A form with a file; a field given twice is refused, as a key given twice is in JSON."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        form = super().parse(*args, **kwargs)
        for fields in (form.data, form.files):
            if any(len(values) > 1 for _name, values in fields.lists()):
                raise ParseError(_("The same key is given twice."))
        return form


class AnyFormat(BaseContentNegotiation):
    """A file is in its own format, whatever the caller says to prefer; a refusal stays JSON."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class DocumentResource(HistoricResource):
    """Documents of cases, each version for itself."""

    queryset = Document.objects.with_people()
    serializer_class = shapes.DocumentSerializer
    filterset_class = DocumentFilter
    policy = DOCUMENT_POLICY
    order = Order("uploaded_at")
    case_path = "documents"
    parser_classes: Any = (StrictJSONParser, FormParser)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before signing in by cookie, whose check of the token reads the whole body.
        check_announced(request._request, settings.DOCUMENT_MAX_BYTES)  # noqa: SLF001 the library's own way
        super().initial(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": shapes.DocumentNewBody},
        responses={201: shapes.DocumentSerializer},
    )
    def create(self, request: Request) -> Response:
        """Put a file in a case, or a new version of a document that is there."""
        fields = self.parse(shapes.DocumentNewBody)
        document = services.add_document(fields.pop("case"), by=request.user, **fields)
        return self.written(document, status=201)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(
        detail=True, url_path="content", filter_backends=[], content_negotiation_class=AnyFormat,
        pagination_class=None,
    )  # fmt: skip
    def content(self, request: Request, pk: str) -> HttpResponse:
        """The file itself, as it was put in; each reading is logged."""
        document = self.get_object()
        return as_download(
            document, services.read_document(document, by=request.user, request=request)
        )

    @extend_schema(parameters=[IF_MATCH], request={"application/json": shapes.DocumentWithdrawBody})
    @action(detail=True, methods=["post"], url_path="withdraw")
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it out of use; the last version takes the earlier ones along."""
        document = self.get_object()
        version = expected_version(request)
        given = self.parse(shapes.DocumentWithdrawBody)
        return self.written(
            services.withdraw_document(document, by=request.user, version=version, **given)
        )
