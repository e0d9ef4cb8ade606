"""Correcting a key date that is set: asked for with a reason, applied or refused by a second person."""

from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Document, KeyDate, KeyDateChange, Placement
from cases.models.key_dates import is_set, key_dates_of
from cases.policy import CASE_POLICY, KEY_DATE_POLICY, PLACEMENT_POLICY, Action
from cases.services import schedule
from cases.services.context import changing
from cases.services.documents import add_document
from cases.services.key_dates import check_correction, cleaned
from cases.workflow import KEY_DATE_WORKFLOW
from peph.errors import Conflict, DomainError, Forbidden, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from peph.workflow import Transition

DECISIONS = frozenset({"apply", "refuse"})


def ask_key_date_change(
    record: Case | Placement,
    *,
    by: Any,
    key_date: str,
    corrected: Any,
    reason: str,
    evidence: Document | None = None,
    file: BinaryIO | None = None,
    version: int | None = None,
) -> KeyDateChange:
    """Ask for a correction of a key date of a case or of a placement; nothing of it changes yet.

    `evidence` is a document of the case, `file` one to put in with the request; `version` is the
    record's. Raises Forbidden, Conflict (not set, or asked for already), Invalid, Stale.
    """
    case = record.case if isinstance(record, Placement) else record
    with changing(case, by=by, verb="cases.key-date-change.ask", reason=reason):
        record = _locked(record)
        _check_right(record, by)
        check_version(record, version)
        if key_date not in key_dates_of(record):
            raise Invalid(fields={"key_date": [_("This is not one of the choices.")]})
        if refusal := ask_obstacle(record, key_date):
            raise refusal
        if not reason.strip():
            raise Invalid(fields={"reason": [_("This information is required.")]})
        day = cleaned(key_date, corrected)
        check_correction(record, key_date, day)
        _check_evidence(case, by, evidence, file)
        placement = record if isinstance(record, Placement) else None
        if file is not None:
            evidence = add_document(case, by=by, file=file, kind=Document.Kind.EVIDENCE)
        asked = KeyDateChange(
            case=case,
            placement=placement,
            region_id=record.region_id,
            organization_id=record.organization_id,
            key_date=key_date,
            former=getattr(record, key_date),
            corrected=day,
            reason=reason.strip(),
            evidence=evidence,
            asked_by=account_of(by),
        )
        save_valid(asked)
    return asked


def move_key_date_change(
    asked: KeyDateChange, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> KeyDateChange:
    """Apply, refuse or withdraw a correction; applied, the record has the new date in the same change.

    Raises Forbidden (also for whoever asked for it), Conflict (decided already, or the date changed
    meanwhile), Invalid (an input), Stale.
    """
    row = KEY_DATE_WORKFLOW.by_name[name]
    # Why the date changes is what was asked with; why it does not is the decision's own.
    why = asked.reason if name == "apply" else inputs.get("decision_comment")
    with changing(asked.case, by=by, verb=KEY_DATE_WORKFLOW.verb(name), reason=why):
        # The record first, as every move of it does.
        record = _locked(asked.record)
        asked = locked(KeyDateChange.objects.select_related("case"), asked.pk)
        # Judged and answered with the very row that is locked.
        if isinstance(record, Placement):
            asked.placement = record
        else:
            asked.case = record
        KEY_DATE_POLICY.check(by, row.requires, asked)
        check_version(asked, version)
        KEY_DATE_WORKFLOW.step(name, asked.status, asked.get_status_display())
        if refusal := obstacle(asked, name, by=by):
            raise refusal
        values = row.clean(inputs)
        if name == "apply":
            _apply(record, asked)
        asked.status = row.target
        asked.decided_by, asked.decided_at = account_of(by), timezone.now()
        asked.decision_comment = values.get("decision_comment") or ""
        save_valid(asked)
    return asked


# ------------------------------------------------------------------ what stands in the way
def ask_obstacle(record: Case | Placement, key_date: str) -> DomainError | None:
    """What keeps anybody from asking for a correction of this date now; None when nothing does."""
    if getattr(record, key_date) is None:
        return Conflict(_("This date is not set yet: the step it belongs to sets it."))
    if not is_set(record, key_date):
        return Conflict(_("Nothing is signed yet: change this date on the placement itself."))
    waiting = record.key_date_changes.open().filter(key_date=key_date)
    if waiting.exists():
        return Conflict(_("A correction of this date already waits for a second person."))
    return None


def obstacle(asked: KeyDateChange, name: str, *, by: Any) -> DomainError | None:
    """What keeps `by` from a move that the status and the rights allow; None when nothing does.

    The page says it beside the button, the service refuses with it.
    """
    if name not in DECISIONS:
        return None
    if asked.asked_by_id == by.pk:
        return Forbidden(_("You asked for this correction: somebody else decides."))
    if name == "apply" and asked.present != asked.former:
        return Conflict(
            _("The date is no longer the one that was to be corrected: refuse this request.")
        )
    return None


def offered(asked: KeyDateChange, *, by: Any) -> list[Transition]:
    """The moves open now to `by`, for whom the correction was loaded."""
    return [
        step for step in asked.available_transitions if obstacle(asked, step.name, by=by) is None
    ]


def usable_evidence(case: Case, user: Any) -> Any:
    """The documents that can prove a date: of the case, in force, not of the health tier."""
    seen = Document.objects.visible_to(user).current().filter(case=case)
    return seen.exclude(audience=Document.Audience.HEALTH)


# ------------------------------------------------------------------ what applying does
def _apply(record: Case | Placement, asked: KeyDateChange) -> None:
    """Write the date, and bring along what is counted from it. Conflict when it can no longer stand."""
    try:
        check_correction(record, asked.key_date, cleaned(asked.key_date, asked.corrected))
        if isinstance(record, Placement):
            _correct_placement(record, asked)
        else:
            amend(record, {asked.key_date: asked.corrected})
    except Invalid as error:
        raise Conflict(str(error)) from error


def _correct_placement(placement: Placement, asked: KeyDateChange) -> None:
    before = schedule.plan(placement)
    if asked.key_date == KeyDate.SIGNED:
        # Signed one party at a time: it is the day of the last ones that was wrong.
        for signature in placement.signatures.filter(signed_on=asked.former):
            amend(signature, {"signed_on": asked.corrected})
    amend(placement, {asked.key_date: asked.corrected})
    # A closed case owes no follow-up any more.
    if placement.case.is_open:
        schedule.settle(placement, before)


# ------------------------------------------------------------------ what is asked of a request
def _locked(record: Case | Placement) -> Any:
    if isinstance(record, Placement):
        return locked(Placement.objects.select_related("case"), record.pk)
    return locked(Case.objects.all(), record.pk)


def _check_right(record: Case | Placement, by: Any) -> None:
    policy = PLACEMENT_POLICY if isinstance(record, Placement) else CASE_POLICY
    policy.check(by, Action.EDIT, record)


def _check_evidence(case: Case, by: Any, evidence: Document | None, file: BinaryIO | None) -> None:
    if evidence is None:
        return
    if file is not None:
        raise Invalid(fields={"file": [_("Choose a document of the case or add one, not both.")]})
    if not usable_evidence(case, by).filter(pk=evidence.pk).exists():
        raise Invalid(
            fields={
                "evidence": [_("Choose a document of this case, in force and not about health.")]
            }
        )
