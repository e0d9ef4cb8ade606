"""Findings: noted by the auditor, answered by whoever decides on the case, closed by the auditor."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.models import ChecklistQuestion, Finding, Sample, SampleItem
from auditing.policy import FINDING_POLICY, ITEM_POLICY, SAMPLE_POLICY
from auditing.services.samples import locked_open
from auditing.workflow import FINDING_WORKFLOW, FindingState
from cases.models import Case
from cases.policy import Action
from cases.services.context import changing
from peph.audit.changes import change
from peph.errors import Conflict, Forbidden, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of


def add_finding(
    sample: Sample,
    *,
    by: Any,
    item: SampleItem | None = None,
    question: ChecklistQuestion | None = None,
    **fields: Any,
) -> Finding:
    """Note a finding on a sample or on one of its records. Raises Forbidden, Conflict, Invalid."""
    case = item.subject_case if item else None
    with _changing(case, by=by, verb="auditing.finding.add"):
        sample = locked_open(sample.pk)
        SAMPLE_POLICY.check(by, Action.EDIT, sample)
        if item is not None:
            ITEM_POLICY.check(by, Action.EDIT, item)
        _check_place(sample, item, question)
        last = sample.findings.aggregate(last=Max("number"))["last"] or 0
        finding = Finding(
            sample=sample,
            number=last + 1,
            item=item,
            question=question,
            case=case,
            noted_by=account_of(by),
            **fields,
        )
        save_valid(finding)
    return finding


def update_finding(
    finding: Finding, *, by: Any, version: int | None = None, **fields: Any
) -> Finding:
    """Correct a finding that nobody answered yet, while its sample is open.

    Raises Forbidden, Conflict, Invalid, Stale.
    """
    with _changing(finding.case, by=by, verb="auditing.finding.update"):
        sample = locked_open(finding.sample_id)
        finding = locked(Finding.objects.all(), finding.pk)
        FINDING_POLICY.check(by, Action.EDIT, finding)
        check_version(finding, version)
        if finding.state != FindingState.OPEN:
            raise Conflict(
                _("This finding was answered: ask for another answer, or note a new one.")
            )
        if "question" in fields:
            _check_place(sample, finding.item, fields["question"])
        amend(finding, fields)
    return finding


def move_finding(
    finding: Finding, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> Finding:
    """Answer, return, close or withdraw a finding. Raises Forbidden, Conflict, Invalid, Stale."""
    row = FINDING_WORKFLOW.by_name[name]
    reason = inputs.get("reason")
    with _changing(
        finding.case,
        by=by,
        verb=FINDING_WORKFLOW.verb(name),
        reason=reason.strip() if isinstance(reason, str) else "",
    ):
        if name == "withdraw":
            locked_open(finding.sample_id)
        finding = locked(Finding.objects.all(), finding.pk)
        FINDING_POLICY.check(by, row.requires, finding)
        check_version(finding, version)
        FINDING_WORKFLOW.step(name, finding.state, finding.get_state_display())
        values = row.clean(inputs)
        _EFFECTS.get(name, _nothing)(finding, by, values)
        finding.state = row.target
        save_valid(finding)
    return finding


def _changing(case: Case | None, *, by: Any, verb: str, reason: str = "") -> AbstractContextManager:
    # Of a record that is in no case the audited read what concerns them elsewhere.
    if case is None:
        return change(by=by, verb=verb, reason=reason)
    return changing(case, by=by, verb=verb, reason=reason)


def _check_place(
    sample: Sample, item: SampleItem | None, question: ChecklistQuestion | None
) -> None:
    problems: dict[str, list[object]] = {}
    if item is not None and item.sample_id != sample.pk:
        problems["item"] = [_("This record is not in this sample.")]
    if question is not None and not sample.asked.filter(question=question).exists():
        problems["question"] = [_("This question is not asked in this sample.")]
    if problems:
        raise Invalid(fields=problems)


def _answer(finding: Finding, by: Any, values: Mapping[str, Any]) -> None:
    if finding.noted_by_id == by.pk:
        raise Forbidden(_("Somebody else than the auditor who noted the finding answers it."))
    finding.answer = values["answer"]
    finding.answered_by, finding.answered_at = account_of(by), timezone.now()


def _close(finding: Finding, by: Any, values: Mapping[str, Any]) -> None:
    if finding.answered_by_id == by.pk:
        raise Forbidden(_("Somebody else than the author of the answer closes the finding."))
    finding.closing_note = values["closing_note"] or ""
    finding.closed_by, finding.closed_at = account_of(by), timezone.now()


def _nothing(finding: Finding, by: Any, values: Mapping[str, Any]) -> None:
    """The state says it all, and the reason is in the history."""


_EFFECTS: dict[str, Callable[[Finding, Any, Mapping[str, Any]], None]] = {
    "answer": _answer,
    "close": _close,
}
