"""What the holder of a link does with it: begins to fill it in, and answers.

The answer goes through the same service as everybody's, in one change with the link's own row: the
history then says by which link, sent to whom, it came.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from cases.models import Evaluation, Placement, Report, Signature, TaskLink
from cases.services.evaluations import answer_evaluation, sign_evaluation
from cases.services.link_tasks import check_possible
from cases.services.links import bearer_of
from cases.services.placements import move_placement
from cases.services.reports import add_report
from cases.services.signatures import sign_agreement
from cases.workflow import PLACEMENT_WORKFLOW
from peph.audit.changes import change
from peph.errors import Conflict, Invalid
from peph.records import locked, save_valid
from peph.scopes import Bearer

MOST_DRAFT_CHARACTERS = 40_000
Task = TaskLink.Task


# ------------------------------------------------------------------ a draft
@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far, as it was typed, and when it was saved."""

    fields: Mapping[str, str]
    saved_at: dt.datetime | None = None


def draft_of(link: TaskLink) -> Draft:
    """What its holder began to fill in; empty when nothing was."""
    kept = link.draft or {}
    return Draft(kept.get("fields", {}), parse_datetime(kept.get("at", "")) if kept else None)


def save_draft(link: TaskLink, typed: Mapping[str, str], *, known: Collection[str]) -> Draft:
    """Keep what was typed in the `known` fields, beside what was kept of others.

    Nothing is said yet, so nothing is history: the column is outside it. Raises Invalid when it is too
    long, Conflict when the link was answered, renewed or called back meanwhile.
    """
    with transaction.atomic():
        row = TaskLink.objects.awaiting().select_for_update(of=("self",))
        kept = row.filter(pk=link.pk, serial=link.serial).first()
        if kept is None:
            raise Conflict(_("This link is closed."))
        fields = {**draft_of(kept).fields}
        # A text with NUL is one PostgreSQL would not keep.
        fields |= {name: typed[name].replace("\x00", "") for name in known if name in typed}
        if sum(len(name) + len(value) for name, value in fields.items()) > MOST_DRAFT_CHARACTERS:
            raise Invalid(_("This is too long to be saved. Shorten it, or send it."))
        now = timezone.now()
        # `update`, not `save`: no other column changes, not even the version.
        TaskLink.objects.filter(pk=kept.pk).update(
            draft={"fields": fields, "at": now.isoformat(timespec="seconds")}
        )
    return Draft(fields, now)


# ------------------------------------------------------------------ the answer
@dataclass(frozen=True, slots=True)
class Answer:
    """How one task is written: the verb of the change and the service behind it.

    `write(link, bearer, given)` returns what was recorded.
    """

    verb: str
    write: Callable[[TaskLink, Bearer, dict[str, Any]], Any]


def _start(link: TaskLink, by: Bearer, given: dict[str, Any]) -> Placement:
    return move_placement(link.placement, "start", by=by, **given)


def _no_show(link: TaskLink, by: Bearer, given: dict[str, Any]) -> Placement:
    return move_placement(link.placement, "no-show", by=by, **given)


def _sign(link: TaskLink, by: Bearer, given: dict[str, Any]) -> Signature:
    placement = sign_agreement(
        link.placement, by=by, role=link.role, means=Signature.Means.ELECTRONIC, **given
    )
    return placement.signatures.get(role=link.role)


def _report(link: TaskLink, by: Bearer, given: dict[str, Any]) -> Report:
    return add_report(link.placement, by=by, **given)


def _evaluate(link: TaskLink, by: Bearer, given: dict[str, Any]) -> Evaluation:
    return sign_evaluation(_evaluation(link), by=by, **given)


def _reply(link: TaskLink, by: Bearer, given: dict[str, Any]) -> Evaluation:
    today = timezone.localdate()
    return answer_evaluation(_evaluation(link), by=by, answered_on=today, **given)


def _evaluation(link: TaskLink) -> Evaluation:
    # A link of these tasks is not sent without one (`link_tasks.check_possible`).
    evaluation: Any = link.evaluation
    return evaluation


# Task → the answers it takes; only a start has two.
ANSWERS: dict[str, dict[str, Answer]] = {
    Task.CONFIRM_START: {
        "start": Answer(PLACEMENT_WORKFLOW.verb("start"), _start),
        "no-show": Answer(PLACEMENT_WORKFLOW.verb("no-show"), _no_show),
    },
    Task.SIGN: {"sign": Answer("cases.placement.sign-as", _sign)},
    Task.REPORT: {"report": Answer("cases.report.add", _report)},
    Task.EVALUATE: {"evaluate": Answer("cases.evaluation.sign", _evaluate)},
    Task.ANSWER: {"reply": Answer("cases.evaluation.answer", _reply)},
}


def answer_link(link: TaskLink, name: str, given: dict[str, Any]) -> Any:
    """Do the task of the link, close the link in the same change, and return what was recorded.

    Raises Conflict (answered, renewed or called back meanwhile, nothing awaited), and what the task's
    own service raises.
    """
    answers = ANSWERS[link.task]
    if name not in answers:
        raise Invalid(_("This link is for another task."))
    answer, bearer, case = answers[name], bearer_of(link), link.case
    with change(
        by=bearer,
        verb=answer.verb,
        reason=str(given.get("reason") or "").strip(),
        case=case.pk,
        region=case.region_id,
        organization=case.organization_id,
        channel="link",
    ):
        placement = locked(Placement.objects.select_related("case"), link.placement_id)
        found = TaskLink.objects.awaiting().select_related("evaluation")
        row = found.select_for_update(of=("self",)).filter(pk=link.pk, serial=link.serial).first()
        if row is None or row.has_expired():
            raise Conflict(_("This link is closed."))
        check_possible(placement, row.task, role=row.role, evaluation=row.evaluation)
        row.placement = placement
        recorded = answer.write(row, bearer, given)
        row.answered_on, row.draft = timezone.localdate(), None
        save_valid(row)
    return recorded
