"""What a request costs at least: views that answer a list and a case with nothing but SQL and JSON."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from cases.benchmark import floors
from cases.benchmark.people import Reader

# Whose list is asked for, told before: resolving a scope is not part of the floor.
known: dict[Any, Reader] = {}


def floor_list(request: HttpRequest) -> HttpResponse:
    """A page of cases for whoever is signed in."""
    reader = known[request.user.pk]
    return HttpResponse(floors.case_page(reader), content_type="application/json")


def floor_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One case with what hangs on it."""
    return HttpResponse(floors.detail(pk), content_type="application/json")
