"""The part of a placement's page about its reminders, and the pages that pause them and end a pause."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cases.forms.reminders import PauseForm
from cases.models import Placement, ReminderPause
from cases.policy import Action
from cases.services.pauses import end_pause, pause_reminders
from cases.views.placements import page_of
from cases.views.sections import Section
from peph.errors import Conflict
from peph.pages import form_page, get_visible, posted, refusals
from peph.transition_forms import VersionForm


def reminders_section(request: HttpRequest, placement: Placement) -> Section | None:
    """Whether reminders of the placement are paused, by whom and why; for the programme only."""
    pause = (
        ReminderPause.objects.visible_to(request.user)
        .with_abilities(request.user)
        .filter(placement=placement)
        .live()
        .select_related("paused_by")
        .first()
    )
    may_pause = placement.can_pause and placement.case.is_open  # type: ignore[attr-defined]
    if pause is None and not may_pause:
        return None
    return Section(
        name="reminders",
        title=gettext_lazy("Reminders"),
        template="cases/_placement_reminders.html",
        shown={"placement": placement, "pause": pause, "may_pause": may_pause},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def reminder_pause_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Pause the reminders of a placement: why, and until when."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.PAUSE)
    if not placement.case.is_open:
        raise Conflict(_("This case is closed: reopen it first."))
    if ReminderPause.objects.live().filter(placement=placement).exists():
        raise Conflict(_("The reminders of this placement are already paused."))
    return form_page(
        request,
        "form.html",
        PauseForm(posted(request)),
        lambda **data: pause_reminders(placement, by=request.user, **data),
        success=_("The reminders of this placement are paused."),
        to=_part(placement),
        context=_context(
            placement,
            _("Pause the reminders of the placement of %(name)s"),
            _("Pause the reminders"),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def reminder_pause_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the reminders of a placement up again."""
    rows = ReminderPause.objects.select_related(
        "placement__participant", "placement__case", "paused_by"
    )
    pause = get_visible(request, rows, pk, needs=Action.EDIT)
    if not pause.is_live:
        raise Conflict(_("This pause is over already."))
    now = {"version": pause.version}
    context = _context(
        pause.placement,
        _("Take up the reminders of the placement of %(name)s"),
        _("Take them up again"),
    )
    context["facts"] = [
        (_("Paused by"), pause.paused_by),
        (_("Reason"), pause.reason),
        (_("Last day"), pause.until),
    ]
    return form_page(
        request,
        "form.html",
        VersionForm(posted(request), initial=now),
        lambda **data: end_pause(pause, by=request.user, **data),
        success=_("The reminders of this placement are taken up again."),
        to=_part(pause.placement),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


def _part(placement: Placement) -> str:
    return f"{placement.get_absolute_url()}#reminders"


def _context(placement: Placement, heading: str, button: str) -> dict[str, Any]:
    return page_of(placement, heading % {"name": placement.participant}, button)
