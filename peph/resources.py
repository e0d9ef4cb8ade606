"""The base of every API noun: what is visible, logged, paged by key, and answered with its version."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import pagination, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from peph.access import EVERYTHING, NOTHING, Policy
from peph.answers import QuickJSONRenderer
from peph.api import Body, etag, uuid_of
from peph.api_schema import ResourceSchema
from peph.audit import access_log
from peph.errors import Forbidden, Invalid
from peph.idempotency.api import Idempotent
from peph.paging import NEWEST_FIRST, Order, Page, page
from peph.strict_json import StrictJSONParser

VIEW = "view"
PAGE_SIZE, LARGEST_PAGE = 25, 100
# A cursor is a date or a name and a key; anything longer is not ours.
LONGEST_CURSOR = 500
PAGING = ("cursor", "page_size")


class KeyPagination(pagination.BasePagination):
    """`{"next", "previous", "results"}` over `peph.paging`: never an offset, never a count."""

    request: Request
    page: Page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list:
        self.request = request
        self.page = view.page_of(queryset, **paging_asked(request))
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link(self.page.next),
                "previous": self._link(self.page.previous),
                "results": data,
            }
        )

    def _link(self, cursor: str | None) -> str | None:
        here = self.request.build_absolute_uri()
        return replace_query_param(here, "cursor", cursor) if cursor else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "schema": size},
        ]


def paging_asked(request: Request) -> dict[str, Any]:
    """`cursor` and `size` of the request. Raises Invalid."""
    cursor = request.query_params.get("cursor", "")
    if len(cursor) > LONGEST_CURSOR:
        raise Invalid(
            fields={"cursor": [_("This page address is not valid. Go back to the list.")]}
        )
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    size = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if not 1 <= size <= LARGEST_PAGE:
        raise Invalid(
            fields={"page_size": [_("From 1 to %(most)s rows a page.") % {"most": LARGEST_PAGE}]}
        )
    return {"cursor": cursor, "size": size}


class StrictFilters(DjangoFilterBackend):
    """The pages' filters; here an unknown name or a value that is none of the choices is an error."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filterset = self.checked(request, queryset, view)
        if filterset is None:
            return queryset
        try:
            return filterset.qs
        except OverflowError as error:
            raise Invalid(_("A date or a number is too far away.")) from error

    def checked(self, request: Request, queryset: QuerySet, view: Any) -> Any:
        """The filter of the view with what was asked, where it makes sense. Raises Invalid."""
        filterset = self.get_filterset(request, queryset, view)
        also = getattr(view, "more_parameters", ())
        check_parameters(request, {*(filterset.filters if filterset else ()), *also})
        if filterset is None:
            return None
        # A field for each question that nobody asked costs more than the search.
        asked = request.query_params
        filterset.filters = {
            name: each for name, each in filterset.filters.items() if name in asked
        }
        problems = {} if filterset.is_valid() else dict(filterset.errors)
        for name in filterset.filters:
            # A form of a page reads “yes”, “oui” or “maybe” as "does not matter".
            if (
                name not in problems
                and asked.get(name, "").strip()
                and filterset.form.cleaned_data.get(name) in (None, "")
            ):
                problems[name] = [_("This is not one of the choices.")]
        if problems:
            raise Invalid(fields=problems)
        return filterset


def check_parameters(request: Request, known: Any) -> None:
    """Raise Invalid for a query parameter that is unknown or given twice."""
    problems = {}
    for name, values in request.query_params.lists():
        if name not in known and name not in PAGING:
            problems[name] = [_("There is no such parameter.")]
        elif len(values) > 1:
            problems[name] = [_("This parameter is given twice.")]
    if problems:
        raise Invalid(fields=problems)


class Resource(Idempotent, GenericViewSet):
    """A noun with its scope. Subclasses name `queryset`, `policy`, `order` and their serializers.

    `serializer_class` is a row of the list; `detail_serializer_class`, where it differs, one record.
    """

    parser_classes = (StrictJSONParser,)
    renderer_classes = (QuickJSONRenderer,)
    pagination_class = KeyPagination
    filter_backends: Sequence[Any] = (StrictFilters,)
    schema = ResourceSchema()
    # Whatever is not a key is a row that does not exist, with the same answer.
    lookup_field, lookup_value_regex = "pk", "[^/]+"

    policy: Policy
    order: Order = NEWEST_FIRST
    detail_serializer_class: Any = None
    # Of the address of an action, besides its filters.
    more_parameters: Sequence[str] = ()

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        if self.action != "list" and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()

    @property
    def model(self) -> type[Model]:
        """What the rows are."""
        return super().get_queryset().model

    # -------------------------------------------------------------- scope
    def get_queryset(self) -> QuerySet:
        """Rows as the person would see them, not yet narrowed to those they may see."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.annotate(**self.policy.flags(self.request.user))

    def detailed(self, rows: QuerySet) -> QuerySet:
        """Load what one record shows besides a row of the list."""
        return rows

    def page_of(self, rows: QuerySet, **asked: Any) -> Page:
        """One page of what the person may see."""
        # A branch without rows beside the others: as many queries for one grant as for fifty.
        branches = [*self.policy.branches(self.request.user, VIEW), NOTHING]
        return bounded_page(rows, order=self.order, branches=branches, **asked)

    def find(self, pk: object) -> Any:
        """The visible record with this key, or None."""
        seen = self.policy.q(self.request.user, VIEW)
        return self.detailed(self.get_queryset()).filter(seen).filter(pk=pk).first()

    def get_object(self) -> Any:
        """The record of the address. Raises Http404; the refusal is in the access log."""
        key = uuid_of(self.kwargs["pk"])
        row = self.find(key) if key else None
        if row is None:
            self._log_refusal(key)
            raise Http404
        return row

    def _log_refusal(self, key: Any) -> None:
        model = self.model
        hidden = model._base_manager.filter(pk=key).first() if key else None
        # What does not exist is logged as well: one answer, in the same time.
        access_log.record(
            "refuse",
            request=self.request,
            obj=hidden,
            model=model._meta.label_lower,
            ids=() if hidden else (self.kwargs["pk"],),
            case=self.case_of(hidden),
        )

    def case_of(self, row: Model | None) -> Any:
        """The case a record belongs to, for the access log."""
        return getattr(row, "case_id", None)

    def handle_exception(self, exc: Exception) -> Response:
        """What somebody may see but not do is in the access log, as what they may not see."""
        if isinstance(exc, Forbidden):
            row = self._asked_for()
            access_log.record(
                "refuse", request=self.request, obj=row, case=self.case_of(row),
                detail={"part": "right"},
            )  # fmt: skip
        return super().handle_exception(exc)

    def _asked_for(self) -> Any:
        key = uuid_of(self.kwargs["pk"]) if "pk" in self.kwargs else None
        return self.model._base_manager.filter(pk=key).first() if key else None

    # -------------------------------------------------------------- reading
    def list(self, request: Request) -> Response:
        shown = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        self.log_list(shown)
        return self.get_paginated_response(self.get_serializer(shown, many=True).data)

    def answer_page(self, found: Page, data: Any) -> Response:
        """A page got otherwise than by `list`, in the same shape."""
        paginator = KeyPagination()
        paginator.request, paginator.page = self.request, found
        return paginator.get_paginated_response(data)

    def log_list(self, shown: Sequence[Any] | None) -> None:
        """Log which records a list showed, and what was looked for."""
        wanted = {
            name: value for name, value in self.request.query_params.items() if name not in PAGING
        }
        access_log.record(
            "search" if "q" in wanted else "list",
            request=self.request,
            model=self.model._meta.label_lower,
            ids=[row.pk for row in shown or ()],
            detail=wanted or None,
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        access_log.record("open", request=request, obj=row, case=self.case_of(row))
        return self.answer(row)

    # -------------------------------------------------------------- writing
    def parse(self, body: type[Body], *, partial: bool = False) -> dict[str, Any]:
        """The body, typed. Raises the library's ValidationError."""
        read = body(data=self.request.data, partial=partial, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def answer(self, row: Any, status: int = 200) -> Response:
        """One record with its version."""
        data = self.get_serializer(row).data
        return Response(data, status=status, headers={"ETag": etag(row.version)})

    def written(self, row: Any, status: int = 200) -> Response:
        """The record as it now is to who wrote it; nothing to show when it left their scope."""
        now = self.find(row.pk)
        return Response(status=204) if now is None else self.answer(now, status)


def bounded_page(
    rows: QuerySet, *, order: Order, branches: Sequence[Q] = (EVERYTHING,), **asked: Any
) -> Page:
    """`paging.page`; a cursor that decodes to a moment outside the calendar is not ours either."""
    try:
        return page(rows, order=order, branches=branches, **asked)
    except OverflowError as error:
        raise Invalid(_("This page address is not valid. Go back to the list.")) from error
