"""As it was: a case with everything under it, or one record, at a moment, beside today or another moment."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.forms.as_of import AsOfForm
from auditing.services import as_of
from auditing.services.as_of import TODAY, Group, Side
from auditing.views.addresses import tracked_kind
from cases.models import Case
from cases.policy import Action
from cases.views.cases import trail
from peph.audit import access_log, snapshots, timeline
from peph.audit.models import ChangedRow
from peph.pages import get_visible, refusals

MOMENTS_SHOWN = 30


@require_safe
@refusals
def case_as_of(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A case and everything under it, then and now."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.AUDIT, case=pk)
    form = AsOfForm(request.GET)
    sides = _sides(form)
    groups = as_of.case_beside(case, *sides) if sides else []
    _log(request, sides, obj=case, case=case)
    context = {
        "heading": _("Case %(number)s as it was") % {"number": case.number},
        "subject": _("Case %(number)s: %(name)s")
        % {"number": case.number, "name": case.participant},
        "moments": timeline.entries(
            timeline.for_case(case.pk)[:MOMENTS_SHOWN], rows=ChangedRow.objects.none()
        ),
        "trail": trail(case, (_("As it was"), "")),
        **_shown(form, sides, groups),
    }
    return render(request, "auditing/as_of.html", context, status=200 if form.is_valid() else 400)


@require_safe
@refusals
def record_as_of(request: HttpRequest, label: str, key: str) -> HttpResponse:
    """One record, then and now."""
    tracked = _tracked_or_404(request, label, key)
    rows = as_of.rows_of_record(label, key)
    form = AsOfForm(request.GET)
    sides = _sides(form)
    pairs = snapshots.compare(rows, *(side.number for side in sides)) if sides else []
    # What it is called, also when it was on neither side.
    named = pairs or snapshots.compare(rows, None)
    title = named[0].title if named else key
    case = rows.values_list("case_id", flat=True).order_by("-pk").first()
    _log(request, sides, model=label, ids=[key], case=case)
    name = str(tracked.model._meta.verbose_name)
    context = {
        "heading": _("%(kind)s as it was") % {"kind": name[:1].upper() + name[1:]},
        "subject": title,
        "moments": timeline.entries(
            timeline.for_record(tracked.model, key)[:MOMENTS_SHOWN],
            rows=ChangedRow.objects.none(),
        ),
        "trail": [(_("History"), reverse("auditing:change_set_list")), (_("As it was"), "")],
        **_shown(form, sides, as_of.grouped(pairs)),
    }
    return render(request, "auditing/as_of.html", context, status=200 if form.is_valid() else 400)


def _tracked_or_404(request: HttpRequest, label: str, key: str) -> Any:
    tracked = tracked_kind(label)
    if (label, key) not in as_of.readable(request.user, [(label, key)]):
        last = as_of.rows_of_record(label, key).order_by("-pk").first()
        if last is not None:
            access_log.record("refuse", request=request, model=label, ids=[key], case=last.case_id)
        raise Http404
    return tracked


def _sides(form: AsOfForm) -> tuple[Side, Side] | None:
    if not form.is_valid() or form.cleaned_data["at"] is None:
        return None
    return form.cleaned_data["at"], form.cleaned_data["with"] or Side(TODAY, None)


def _log(request: HttpRequest, sides: tuple[Side, Side] | None, **about: Any) -> None:
    detail: dict[str, Any] = {"part": "as_of"}
    if sides:
        detail |= {"as_of": sides[0].text, "compare": sides[1].text}
    access_log.record("open", request=request, detail=detail, **about)


def _shown(form: AsOfForm, sides: tuple[Side, Side] | None, groups: list[Group]) -> dict[str, Any]:
    only = form.is_valid() and form.cleaned_data["differing"]
    return {
        "form": form,
        "sides": sides,
        "only": only,
        "existed": any(pair.then_number for group in groups for pair in group.records),
        "changed": sum(group.changed for group in groups),
        "groups": as_of.only_differing(groups) if only else groups,
    }
