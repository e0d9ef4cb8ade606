"""Proposing an erasure, deciding on it, calling it back, carrying out what is approved."""

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Participant
from peph.audit.changes import SYSTEM, change
from peph.errors import Conflict, Forbidden, Invalid
from peph.progress import Progress
from peph.records import check_version, locked, save_valid
from peph.scopes import account_of
from privacy.models import Erasure, LegalHold, RetentionRule
from privacy.policy import ERASURE_POLICY
from privacy.services import anonymisation, ledger
from privacy.services.erasure import erase_person, is_open, next_number, preview
from privacy.services.retention import due_of
from privacy.workflow import ERASURE_WORKFLOW, ErasureStatus

logger = logging.getLogger(__name__)

# Erasures are carried out one at a time: the numbers of the pseudonyms have no gap.
LOCK = 7_310_305


@dataclass
class CarriedOut:
    """What a run did, and what kept the rest from being done, in sentences."""

    erased: int = 0
    held: int = 0
    problems: list[str] = field(default_factory=list)


def propose(
    participant: Participant, *, by: Any, ground: str = Erasure.Ground.TERM, comment: str = ""
) -> Erasure:
    """Propose to forget a person. Raises Forbidden, Conflict (a case is open, a hold), Invalid."""
    with change(by=by, verb="privacy.erasure.propose", case=_last_case(participant)):
        participant = locked(Participant.objects.all(), participant.pk)
        erasure = Erasure(
            participant=participant,
            subject_id=participant.pk,
            ground=ground,
            comment=comment.strip(),
            proposed_by=account_of(by),
            preview=preview(participant.pk),
        )
        if not ERASURE_POLICY.anywhere(by, "edit"):
            raise Forbidden
        check_free(participant.pk)
        due = due_of(participant.pk)
        if ground == Erasure.Ground.TERM:
            if due is None:
                raise Invalid(fields={"ground": [_("No retention period of this person is over.")]})
            erasure.rule, erasure.due_on = RetentionRule.objects.get(pk=due.rule_id), due.due_on
        elif ground == Erasure.Ground.RESTORED:
            raise Invalid(fields={"ground": [_("This is not one of the choices.")]})
        elif not erasure.comment:
            raise Invalid(fields={"comment": [_("Say who asked, and when.")]})
        save_valid(erasure)
    return erasure


def check_free(participant: Any) -> None:
    """Raise Conflict while a case is open or a legal hold stands in the way."""
    if is_open(participant):
        raise Conflict(_("A case of this person is open: it has to be closed first."))
    if LegalHold.objects.live().filter(participant=participant).exists():
        raise Conflict(_("A legal hold keeps everything about this person."))


def move_erasure(
    erasure: Erasure, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> Erasure:
    """Approve, refuse or call back. Raises Forbidden, Conflict, Invalid, Stale."""
    step = ERASURE_WORKFLOW.by_name[name]
    with change(by=by, verb=ERASURE_WORKFLOW.verb(name), case=_last_case(erasure.participant)):
        erasure = locked(Erasure.objects.all(), erasure.pk)
        ERASURE_POLICY.check(by, step.requires, erasure)
        decides = name in ("approve", "refuse")
        if decides and erasure.proposed_by_id == by.pk:
            raise Forbidden(_("Somebody else than who proposed the erasure decides on it."))
        check_version(erasure, version)
        ERASURE_WORKFLOW.step(name, erasure.status, erasure.get_status_display())
        values = step.clean(inputs)
        if decides:
            erasure.decided_by, erasure.decided_at = account_of(by), timezone.now()
        if name == "approve":
            check_free(erasure.participant_id)
            erasure.not_before = timezone.now() + dt.timedelta(days=settings.ERASURE_GRACE_DAYS)
        erasure.decision_comment = values["decision_comment"] or ""
        erasure.status = step.target
        save_valid(erasure)
    return erasure


def _last_case(participant: Participant | None) -> Case | None:
    return Case.objects.filter(participant=participant).order_by("-referred_on", "-pk").first()


def carry_out_due(
    *, now: dt.datetime | None = None, progress: Progress = lambda done, total: None
) -> CarriedOut:
    """Erase everybody whose erasure was approved and whose days of grace are over.

    What keeps one from being erased (a hold placed since, a case opened anew) leaves it approved.
    """
    result = CarriedOut()
    if trouble := ledger.problem():
        result.problems.append(trouble)
        return result
    due = Erasure.objects.filter(
        status=ErasureStatus.APPROVED, not_before__lte=now or timezone.now()
    ).order_by("not_before", "pk")
    keys = list(due.values_list("pk", flat=True))
    for done, pk in enumerate(keys, 1):
        try:
            result.erased += _carry_out(pk)
        except Conflict as error:
            result.held += 1
            logger.info("Erasure %s waits: %s", pk, error.code)
        progress(done, len(keys))
    finish(result)
    return result


def finish(result: CarriedOut) -> None:
    """After any erasure: bring the list outside up to date, and leave no old page in the database."""
    try:
        ledger.bring_up_to_date()
    except (OSError, ledger.LedgerError) as error:
        result.problems.append(str(error))
    # Also those of a run that was killed before it came so far.
    waiting = Erasure.objects.filter(status=ErasureStatus.DONE, pages_forgotten_at__isnull=True)
    if not (keys := list(waiting.values_list("pk", flat=True))):
        return
    if forget_pages():
        Erasure.objects.filter(pk__in=keys).update(pages_forgotten_at=timezone.now())
    else:
        result.problems.append(
            "The database file may still hold old pages: somebody was reading. The next run tries again."
        )


def _carry_out(pk: Any) -> int:
    found = Erasure.objects.select_related("participant").get(pk=pk)
    with change(
        by=SYSTEM, verb=ERASURE_WORKFLOW.verb("carry-out"), case=_last_case(found.participant)
    ):
        _lock()
        erasure = locked(Erasure.objects.all(), pk)
        if erasure.status != ErasureStatus.APPROVED:
            return 0
        check_free(erasure.participant_id)
        _erase(erasure, next_number())
    return 1


def _erase(erasure: Erasure, number: int) -> None:
    counts = erase_person(erasure.participant_id, number) if erasure.participant_id else {}
    # Blanking wrote the row too.
    erasure.refresh_from_db()
    erasure.number, erasure.counts = number, counts
    erasure.status, erasure.done_at = ErasureStatus.DONE, timezone.now()
    save_valid(erasure)
    anonymisation.tell(erasure)


def apply_again(entry: ledger.Entry) -> bool:
    """Erase again who was erased before the backup was made that now serves. False when it is done."""
    with change(by=SYSTEM, verb="privacy.erasure.apply-again"):
        _lock()
        erasure = Erasure.objects.filter(pk=entry.erasure).first()
        if erasure is not None and erasure.status == ErasureStatus.DONE:
            return False
        participant = Participant.objects.filter(pk=entry.person).first()
        if erasure is None:
            # A proposal made since the backup, under another key, would stand in the way.
            Erasure.objects.open().filter(participant=participant).update(
                status=ErasureStatus.CALLED_BACK
            )
            erasure = Erasure(
                id=entry.erasure,
                participant=participant,
                subject_id=entry.person,
                ground=Erasure.Ground.RESTORED,
            )
            save_valid(erasure)
        _erase(erasure, entry.number)
    return True


def _lock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def forget_pages() -> bool:
    """Write a SQLite file anew without its free space, and empty its write-ahead log; whether it was done.

    Freed values are overwritten (`secure_delete`), but when rows move between pages a copy can stay behind
    in the free space of a page. On PostgreSQL old row versions go with the next vacuum: docs/retention.md.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = cursor.fetchone()[0]
    except OperationalError:
        logger.exception("The database file could not be written anew.")
        return False
    return not is_busy
