"""How many of the links sent are answered, region by region: for the programme and its auditors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.forms.links import PeriodForm
from cases.models import TaskLink
from cases.services.answers import BEST_PEER, answer_rates, may_read
from peph.audit import access_log
from peph.errors import Forbidden
from peph.pages import refusals


@require_safe
@refusals
def answer_page(request: HttpRequest) -> HttpResponse:
    """Links sent, answered, how fast, by region and task, over a period of the reader's choice."""
    if not may_read(request.user):
        raise Forbidden
    form = PeriodForm.of(request.GET)
    rates = []
    if form.is_valid():
        rates = answer_rates(request.user, **form.cleaned_data)
        access_log.record(
            "list",
            request=request,
            model=TaskLink._meta.label_lower,
            detail={"part": "answers", **form.cleaned_data},
        )
    context = {"form": form, "rates": rates, "best_peer": BEST_PEER, "trail": [(_("Answers"), "")]}
    return render(request, "cases/answers.html", context, status=200 if form.is_valid() else 400)
