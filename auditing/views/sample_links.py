"""The way from a filtered list to a sample drawn from it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auditing.models import Population
from auditing.policy import SAMPLE_POLICY
from cases.policy import Action
from cases.views import list_links

NOT_OF_THE_FILTER = ("cursor",)


def register() -> None:
    """Called once at start-up."""
    for population in (Population.CASES, Population.PLACEMENTS, Population.ACCOMMODATIONS):
        list_links.register(population.value, _link(population))


def _link(population: Population) -> list_links.Build:
    return lambda request: sample_link(request, population)


def sample_link(request: HttpRequest, population: Population) -> tuple[Any, str] | None:
    """“Draw a sample from this filter”, for auditors."""
    if not SAMPLE_POLICY.anywhere(request.user, Action.EDIT):
        return None
    kept = request.GET.copy()
    for name in NOT_OF_THE_FILTER:
        kept.pop(name, None)
    address = reverse("auditing:sample_new", args=[population])
    return _("Draw a sample from this filter"), f"{address}?{kept.urlencode()}"
