"""Files sent to the service: a request that announces too much is answered before it is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from peph.errors import DomainError

# Besides the file: the other fields of its form and the lines between them.
BESIDES = 1 << 18
# How many times the limit is still received, and thrown away: a browser that could not finish sending
# shows an error of its own, not our answer.
RECEIVED_UP_TO = 4
_PIECE = 1 << 16


class FileTooLarge(DomainError):
    """What is sent is larger than this installation takes."""

    status_code = 413
    code = "too_large"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("This file is too large: %(most)s MB at most.") % {"most": megabytes(most)}
        )


def megabytes(size: int) -> str:
    """A size in MB as the running language writes it, without decimals that say nothing."""
    value = round(size / (1 << 20), 1)
    return number_format(value, 0 if value.is_integer() else 1)


def check_announced(request: HttpRequest, most: int) -> None:
    """Raise FileTooLarge when the request announces a body that no file of `most` bytes explains.

    Asked before anything reads `request.POST`.
    """
    text = request.META.get("CONTENT_LENGTH") or "0"
    announced = int(text) if text.isascii() and text.isdecimal() else 0
    if announced <= most + BESIDES:
        return
    if announced <= RECEIVED_UP_TO * most:
        while request.read(_PIECE):
            pass
    raise FileTooLarge(most)


def checked_before_reading(
    most: Callable[[], int], answer: Callable[[HttpRequest, DomainError], HttpResponse]
) -> Callable[..., Any]:
    """A page that takes a file of `most()` bytes; `answer` is the page of the refusal.

    The usual check of the form's token reads the whole body first, so it is made here, after the length.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                check_announced(request, most())
            except FileTooLarge as error:
                return answer(request, error)
            return protected(request, *args, **kwargs)

        return checked

    return decorator
