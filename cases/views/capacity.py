"""The page of capacity: places by host organisation, region and fiscal year."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.lists.capacity import CapacityFilter
from cases.services.capacity import capacity
from organizations.models import Project
from organizations.policy import CAPACITY_POLICY, Action
from peph.errors import Forbidden
from peph.pages import refusals


@require_safe
@refusals
def capacity_page(request: HttpRequest) -> HttpResponse:
    """How many places were offered, are retained, filled, free, and will be free soon."""
    if not CAPACITY_POLICY.anywhere(request.user, Action.VIEW):
        raise Forbidden
    counted = Project.objects.filter(CAPACITY_POLICY.q(request.user, Action.VIEW))
    narrowed = CapacityFilter(request.GET, queryset=counted, request=request)
    # A filter that makes no sense shows nothing, never more than was asked for.
    projects = narrowed.qs if narrowed.is_valid() else counted.none()
    context = {
        "form": narrowed.form,
        "capacity": capacity(projects),
        "today": timezone.localdate(),
    }
    return render(request, "cases/capacity.html", context)
