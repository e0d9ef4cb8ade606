"""What every API address shares: one shape of error, the version an edit names, fields of a body."""

import datetime as dt
import logging
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from peph import errors
from peph.strict_json import TooLarge

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
# Status → stable name for programs, title, and what is said when the error itself has nothing to say.
KINDS: dict[int, tuple[str, Any, Any]] = {
    400: ("invalid", _("Request not valid"), errors.Invalid.default_message),
    401: ("not_authenticated", _("Sign-in required"), _("Send a valid token.")),
    403: ("forbidden", _("Not allowed"), errors.Forbidden.default_message),
    404: ("not_found", _("Not found"), _("Nothing is found at this address.")),
    405: ("method_not_allowed", _("Method not possible"), _("This address does not do that.")),
    406: ("not_acceptable", _("No such format"), _("Answers are JSON.")),
    409: ("conflict", _("Conflict"), errors.Conflict.default_message),
    412: ("stale", _("Changed meanwhile"), errors.Stale.default_message),
    413: ("too_large", _("Too large"), TooLarge.default_detail),
    415: ("unsupported_media_type", _("No such format"), _("Send JSON in UTF-8.")),
    422: (
        "key_reused",
        _("Key already used"),
        _("This Idempotency-Key was already used for another request."),
    ),
    428: (
        "precondition_required",
        _("Version required"),
        errors.PreconditionRequired.default_message,
    ),
    429: (
        "too_many_requests",
        _("Too many requests"),
        _("You asked too often. Wait until the next minute."),
    ),
    503: ("unavailable", _("Busy"), _("The service is busy. Try again in a moment.")),
}
# Their own words say more than the kind's.
SPEAKING = (
    exceptions.ParseError,
    exceptions.AuthenticationFailed,
    exceptions.PermissionDenied,
)
GENERAL = "non_field_errors"


def problem(
    status: int,
    *,
    detail: object = "",
    fields: Mapping[str, Sequence[object]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that says no, in the shape of RFC 9457. The same cause always gives the same bytes."""
    code, title, usual = KINDS.get(status, KINDS[400])
    body = {
        "type": f"urn:peph:problem:{code}",
        "title": str(title),
        "status": status,
        "code": code,
        "detail": str(detail or usual),
        "errors": {name: [str(each) for each in found] for name, found in (fields or {}).items()},
    }
    return Response(body, status=status, headers=headers, content_type=PROBLEM)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every refusal of the API. None, a defect of ours, for what is none of these."""
    match error:
        case errors.DomainError():
            return problem(
                error.status_code, detail=error.message, fields=getattr(error, "fields", None)
            )
        case Http404():
            return problem(404)
        case PermissionDenied():
            return problem(403)
        case exceptions.ValidationError():
            fields = _flat(error.detail)
            return problem(400, detail=" ".join(fields.pop(GENERAL, [])), fields=fields)
        case exceptions.APIException():
            detail = error.detail if isinstance(error, SPEAKING) else ""
            return problem(error.status_code, detail=detail, headers=_headers(error))
        case ValidationError():
            return problem(400, fields=getattr(error, "message_dict", None))
        case RequestDataTooBig():
            return problem(413)
        case SuspiciousOperation() | DataError():
            return problem(400)
        case IntegrityError() if "audit:" not in str(error):
            return problem(409)
        case OperationalError():
            # A lock not had in time, a deadlock, a server that restarts: nothing was written.
            logger.exception("The database did not answer in time.")
            return problem(503, headers={"Retry-After": "2"})
    return None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    found = {}
    if challenge := getattr(error, "auth_header", None):
        found["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        found["Retry-After"] = str(wait)
    return found


def _flat(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Errors of nested bodies under one name each: `person.birth_date`."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            # What is wrong with a nested body as a whole is said at its own name.
            key = prefix if name == GENERAL and prefix else f"{prefix}.{name}".lstrip(".")
            for at, messages in _flat(inner, key).items():
                found.setdefault(at, []).extend(messages)
        return found
    if isinstance(detail, list):
        return {prefix or GENERAL: [str(each) for each in detail]}
    return {prefix or GENERAL: [str(detail)]}


# ------------------------------------------------------------------ the version an edit was made from
_TAG = re.compile(r'^"([^"]*)"$')


def etag(version: int) -> str:
    """The strong ETag of a record at this version."""
    return f'"{version}"'


def expected_version(request: Request) -> int:
    """The version named by `If-Match`; the service compares it under its lock.

    Raises PreconditionRequired without the header, Invalid for `*` or several tags, Stale for a tag
    that no record of ours ever had.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise errors.PreconditionRequired
    # A weak tag never matches (RFC 9110, 13.1.1), so it reads as a version that is gone.
    tag = _TAG.match(given.removeprefix("W/"))
    if tag is None:
        raise errors.Invalid(_("If-Match takes the one ETag of the version you read."))
    if given.startswith("W/") or not re.fullmatch(r"\d{1,9}", tag[1], re.ASCII):
        raise errors.Stale
    return int(tag[1])


# ------------------------------------------------------------------ bodies
class Body(serializers.Serializer):
    """What a request may say. Unknown names are refused: a misspelt field must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(data.keys() - self.fields.keys())):
            raise exceptions.ValidationError(
                {str(name): [_("This information is not known here.")] for name in unknown}
            )
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A date somebody alive can mean; arithmetic on it cannot leave the calendar."""

    default_error_messages = {"range": _("This date is too far away.")}

    def to_internal_value(self, value: Any) -> dt.date:
        day = super().to_internal_value(value)
        if not 1900 <= day.year <= 2100:
            self.fail("range")
        return day


def uuid_of(text: Any) -> uuid.UUID | None:
    """The key written in canonical form, or None: one record has one address."""
    try:
        key = uuid.UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return key if str(key) == str(text).lower() else None


@extend_schema_field(OpenApiTypes.UUID)
class RelatedId(serializers.Field):
    """The id of another record among those the person may see; the others are unknown, all alike.

    `among(user)` gives the choices, `unknown` the message.
    """

    def __init__(self, among: Callable[[Any], QuerySet], unknown: Any, **options: Any) -> None:
        self.among, self.unknown = among, unknown
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        key = uuid_of(data)
        row = self.among(self.context["request"].user).filter(pk=key).first() if key else None
        if row is None:
            raise exceptions.ValidationError(self.unknown)
        return row

    def to_representation(self, value: Any) -> Any:
        return str(value.pk)


class Reference(serializers.Serializer):
    """Another record in a few words."""

    # A serializer for the description; read without the cost of one, for lists hold many.
    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            name: getattr(instance, field.source or name)
            for name, field in self._declared_fields.items()
        }


class Problem(serializers.Serializer):
    """Why a request was refused (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.ChoiceField(choices=[code for code, *_rest in KINDS.values()])
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )
