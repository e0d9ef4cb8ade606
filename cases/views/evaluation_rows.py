"""Evaluations as other pages show them: the part on a placement's page, and what is still to write."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import KIND_OF_STEP, Evaluation, FollowUp, Placement
from cases.services.evaluations import WRITTEN_BY
from cases.views.sections import Section
from peph.workflow import Transition

BEGIN, CONTINUE, ANOTHER = _("Write it"), _("Continue the draft"), _("Write another one")
# What a recommendation leads to, once people have decided so: a move of the placement.
LEADS_TO = {
    Evaluation.Recommendation.EXTEND: ("extend", _("The last evaluation recommends to extend.")),
    Evaluation.Recommendation.HIRE: ("complete", _("The last evaluation recommends to hire.")),
    Evaluation.Recommendation.STOP: ("end-early", _("The last evaluation recommends to stop.")),
}


@dataclass(frozen=True, slots=True)
class AwaitedRow:
    """A step of the schedule that waits for an evaluation, and where its reader writes it."""

    step: FollowUp
    kind: Evaluation.Kind
    url: str
    label: Any


def awaited_rows(steps: Iterable[Any]) -> list[AwaitedRow]:
    """Rows of `awaited_evaluations` with the abilities of their reader."""
    return [
        AwaitedRow(
            step,
            kind := KIND_OF_STEP[step.step.code],
            new_url(step.placement_id, kind) if step.can_evaluate and step.case.is_open else "",
            CONTINUE if step.has_draft else BEGIN,
        )
        for step in steps
    ]


def new_url(placement_id: Any, kind: str) -> str:
    return reverse("cases:evaluation_new", args=[placement_id, kind])


# ------------------------------------------------------------------ on the page of a placement
@dataclass(frozen=True, slots=True)
class KindRow:
    """One line of the table of a placement: an evaluation, or one still to write."""

    title: Any
    due_on: dt.date | None = None
    is_late: bool = False
    evaluation: Evaluation | None = None
    url: str = ""
    label: Any = ""


def evaluations_section(request: HttpRequest, placement: Placement) -> Section | None:
    """Each kind of evaluation: when it is due, how far it is, and what its reader can do."""
    written = list(
        Evaluation.objects.visible_to(request.user)
        .with_abilities(request.user)
        .filter(placement=placement)
        .with_people()
    )
    steps = {
        KIND_OF_STEP[step.step.code]: step
        for step in placement.follow_ups.filter(step__code__in=KIND_OF_STEP).select_related("step")
        if step.step is not None
    }
    rows = [
        row for kind in Evaluation.Kind for row in _rows(placement, kind, written, steps.get(kind))
    ]
    if not rows:
        return None
    return Section(
        name="evaluations",
        title=_("Evaluations"),
        template="cases/_placement_evaluations.html",
        shown={"rows": rows, "placement": placement, **_next(placement, written)},
    )


def _rows(
    placement: Any, kind: Evaluation.Kind, written: list[Evaluation], step: FollowUp | None
) -> list[KindRow]:
    of_kind = [each for each in written if each.kind == kind]
    has_draft = any(not each.is_locked for each in of_kind)
    may = getattr(placement, f"can_{WRITTEN_BY[kind]}") and placement.case.is_open
    url = new_url(placement.pk, kind) if may and placement.started_on and not has_draft else ""
    # A step is done by an evaluation, or by hand: then nothing is awaited any more.
    awaited = step if step is not None and step.done_on is None and not has_draft else None
    rows = [_row(kind, each) for each in of_kind]
    if awaited is not None:
        rows.append(KindRow(kind.label, awaited.due_on, awaited.is_overdue, None, url, BEGIN))
    elif url and not rows:
        rows.append(KindRow(kind.label, url=url, label=BEGIN))
    elif url:
        # What is locked is corrected by another one.
        rows[-1] = _row(kind, of_kind[-1], url, ANOTHER)
    return rows


def _row(kind: Evaluation.Kind, evaluation: Evaluation, url: str = "", label: Any = "") -> KindRow:
    step = evaluation.follow_up
    if step is None:
        return KindRow(kind.label, None, False, evaluation, url, label)
    return KindRow(kind.label, step.due_on, step.is_overdue, evaluation, url, label)


def _next(placement: Placement, written: list[Evaluation]) -> dict[str, Any]:
    """What the last signed evaluation leads to, for whoever may do it; people decide, nothing else."""
    signed = [each for each in written if each.is_locked and not each.is_own_word]
    if not signed:
        return {}
    last = max(signed, key=lambda each: (each.signed_on, each.created_at))
    name, text = LEADS_TO.get(Evaluation.Recommendation(last.recommendation), ("", ""))
    move: Transition | None = next(
        (step for step in placement.available_transitions if step.name == name), None
    )
    return {"next": text, "move": move, "is_disputed": last.is_disputed} if move else {}
