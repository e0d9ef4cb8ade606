"""The list a participant may be handed: who opened their file."""

import datetime as dt
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.forms.access_log import PeriodForm
from auditing.services.accesses import accesses_of
from cases.models import Case, Participant
from cases.policy import CASE_POLICY, Action
from cases.views.cases import trail
from organizations.models import Program
from peph.audit import access_log
from peph.errors import Forbidden
from peph.pages import get_visible, refusals

YEAR_DAYS = 365


@require_safe
@refusals
def participant_accesses(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every reading of a person's file, by day, on a page made to be printed."""
    person = get_visible(request, Participant.objects.all(), pk)
    audited = Case.objects.filter(CASE_POLICY.q(request.user, Action.AUDIT), participant=person)
    cases = list(audited.order_by("created_at", "pk"))
    if not cases:
        raise Forbidden.on(person)
    form = PeriodForm(request.GET)
    first, last = form.days()
    until = last or timezone.localdate()
    since = first or _before(until)
    days, has_more = accesses_of(person, cases, since, until) if form.is_valid() else ([], False)
    access_log.record(
        "open",
        request=request,
        obj=person,
        case=cases[-1],
        detail={"part": "accesses", "since": since, "until": until},
    )
    context = {
        "person": person,
        "cases": cases,
        "form": form,
        "since": since,
        "until": until,
        "days": days,
        "has_more": has_more,
        "covers_all": person.cases.count() == len(cases),
        "program": Program.objects.first(),
        "printed_on": timezone.localdate(),
        "trail": trail(
            None, (str(person), person.get_absolute_url()), (_("Who opened the file"), "")
        ),
    }
    status = 200 if form.is_valid() else 400
    return render(request, "auditing/participant_accesses.html", context, status=status)


def _before(day: dt.date) -> dt.date:
    try:
        return day - dt.timedelta(days=YEAR_DAYS)
    except OverflowError as error:
        raise Http404 from error
