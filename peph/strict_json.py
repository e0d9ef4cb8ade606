"""Reading a JSON body without surprises: what two programs could read differently is refused.

The library's parser lets through what ends as an error 500 on one engine and a stored value on the
other: deep nesting, NUL, lone surrogates, NaN, integers no column holds, a key given twice.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MOST_BYTES = 1_048_576
DEEPEST = 32
MOST_NODES = 10_000
# Beyond it a number is not the same number in every program that reads JSON.
LARGEST_INTEGER = 2**53


class TooLarge(APIException):
    """The body is longer than `MOST_BYTES`."""

    status_code = 413
    default_code = "too_large"
    default_detail = _("The body is larger than 1 MiB.")


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8. Raises ParseError (400), TooLarge (413), UnsupportedMediaType (415)."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        _check_charset(media_type or "")
        _check_announced(parser_context)
        try:
            raw = stream.read(MOST_BYTES + 1)
        except RequestDataTooBig as error:
            raise TooLarge from error
        except (UnreadablePostError, RawPostDataException) as error:
            raise ParseError(_("The body could not be read.")) from error
        if len(raw) > MOST_BYTES:
            raise TooLarge
        return read(raw)


def read(raw: bytes) -> dict[str, Any]:
    """The object that `raw` holds. Raises ParseError saying what is wrong with it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not UTF-8.")) from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except RecursionError as error:
        raise ParseError(_("The body is nested too deeply.")) from error
    except ValueError as error:
        raise ParseError(_("The body is not JSON.")) from error
    if not isinstance(value, dict):
        raise ParseError(_("The body must be one JSON object."))
    _check_nodes(value)
    return value


def _check_announced(parser_context: Mapping[str, Any] | None) -> None:
    """Refuse what says itself that it is too large, before a byte of it is read."""
    request = (parser_context or {}).get("request")
    announced = request.META.get("CONTENT_LENGTH") or "0" if request is not None else "0"
    # Django reads a length that is no number as no body at all.
    if announced.isascii() and announced.isdecimal() and int(announced[:20]) > MOST_BYTES:
        raise TooLarge


def _check_charset(media_type: str) -> None:
    for parameter in media_type.split(";")[1:]:
        name, _sep, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(" \"'").lower() not in (
            "utf-8",
            "utf8",
        ):
            raise UnsupportedMediaType(media_type)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(_("The same key is given twice."))
    return found


def _constant(name: str) -> NoReturn:
    raise ParseError(_("NaN and Infinity are not JSON."))


def _integer(digits: str) -> int:
    # The length first: turning a million digits into a number takes seconds.
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:
        raise ParseError(_("A whole number is too large."))
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ParseError(_("A number is too large."))
    return value


def _check_nodes(value: dict[str, Any]) -> None:
    seen = 0
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST and isinstance(node, dict | list):
            raise ParseError(_("The body is nested too deeply."))
        if seen > MOST_NODES:
            raise ParseError(_("The body holds too many values."))
        if isinstance(node, str):
            _check_text(node)
        elif isinstance(node, dict):
            for key in node:
                _check_text(key)
            waiting += [(item, depth + 1) for item in node.values()]
        elif isinstance(node, list):
            waiting += [(item, depth + 1) for item in node]


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError(_("A text holds the character NUL."))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ParseError(_("A text holds half of a character.")) from error
