"""Who opened, listed, searched, exported or was refused what; and what of it is out of the ordinary."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.forms.access_log import PeriodForm
from auditing.lists.access_log import AccessLogFilter
from auditing.policy import ACCESS_LOG_POLICY
from auditing.services import unusual
from auditing.services.access_lines import lines_of
from auditing.services.unusual_words import flag_lines
from cases.policy import Action
from peph.audit import access_log as log
from peph.audit.models import AccessLog
from peph.errors import Forbidden
from peph.pages import listing, refusals
from peph.paging import Order

NEWEST_LINE_FIRST = Order("id")


@require_safe
@refusals
def access_log(request: HttpRequest) -> HttpResponse:
    """The access log inside the reader's scope, newest first. Reading it is a line of it."""
    _check(request)
    found = listing(
        request,
        AccessLogFilter(request.GET, queryset=AccessLog.objects.all(), request=request),
        ACCESS_LOG_POLICY,
        order=NEWEST_LINE_FIRST,
    )
    context = {"listing": found, "lines": lines_of(found.page.rows, request.user)}
    return render(request, "auditing/access_log.html", context)


@require_safe
@refusals
def access_log_unusual(request: HttpRequest) -> HttpResponse:
    """Volumes, hours, refusals and names worth a second look, with the lines behind each."""
    _check(request)
    form = PeriodForm(request.GET)
    since, until = unusual.period(*form.days())
    seen = AccessLog.objects.filter(ACCESS_LOG_POLICY.q(request.user, Action.VIEW))
    found = unusual.flags(seen, since, until) if form.is_valid() else []
    log.record(
        "list",
        request=request,
        model="audit.accesslog",
        detail={"part": "unusual", "since": since, "until": until},
    )
    context = {
        "form": form,
        "since": since,
        "until": until,
        "lines": flag_lines(found),
        "trail": [
            (_("Access log"), reverse("auditing:access_log")),
            (_("Out of the ordinary"), ""),
        ],
    }
    status = 200 if form.is_valid() else 400
    return render(request, "auditing/access_log_unusual.html", context, status=status)


def _check(request: HttpRequest) -> None:
    # Nothing of it is anybody else's to look through, not even an empty list.
    if not ACCESS_LOG_POLICY.anywhere(request.user, Action.VIEW):
        raise Forbidden
