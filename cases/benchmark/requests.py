"""Whole requests through every middleware: pages and API, beside a view of SQL and JSON."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.benchmark.floors import PAGE
from cases.benchmark.people import Reader
from cases.benchmark.timing import CannotMeasure, Measure
from cases.benchmark.views import known
from cases.models import Case


def requests(readers: list[Reader], busy: Case) -> Iterator[Measure]:
    """The list of each person, and one case of the coordinator, as a page and from the API."""
    known.update({reader.user.pk: reader for reader in readers})
    for reader in readers:
        get = getter(reader.user)
        floor = get(reverse("floor_list"))
        yield Measure(f"page.list.{reader.name}", get(reverse("cases:case_list")), floor)
        yield Measure(
            f"api.list.{reader.name}", get(f"{reverse('api-case-list')}?page_size={PAGE}"), floor
        )
    get = getter(readers[0].user)
    floor = get(reverse("floor_detail", args=[busy.pk]))
    yield Measure("page.detail", get(reverse("cases:case_detail", args=[busy.pk])), floor)
    yield Measure("api.detail", get(reverse("api-case-detail", args=[busy.pk])), floor)


def getter(user: Any) -> Callable[[str], Callable[[], Any]]:
    """Requests of one person who is signed in: address → what to call."""
    client = Client(raise_request_exception=True)
    client.force_login(user)

    def at(address: str) -> Callable[[], Any]:
        def get() -> Any:
            response = client.get(address, secure=settings.SECURE_SSL_REDIRECT)
            if response.status_code != 200:
                raise CannotMeasure(f"{address} answers {response.status_code}.")
            return response

        return get

    return at
