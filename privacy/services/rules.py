"""Changing a rule, placing and lifting a legal hold, deleting what a rule lets go by itself."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Participant
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from peph.errors import Conflict, Forbidden, Invalid
from peph.progress import Progress
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from privacy.models import Effect, LegalHold, RecordClass, RetentionRule
from privacy.policy import LEGAL_HOLD_POLICY, RETENTION_RULE_POLICY
from privacy.services.terms import last_day_past

BATCH = 5000


def update_rule(
    rule: RetentionRule, *, by: Any, version: int | None = None, reason: str = "", **fields: Any
) -> RetentionRule:
    """Change how long a kind of record is kept. Raises Forbidden, Invalid, Stale."""
    with change(by=by, verb="privacy.rule.update", reason=reason.strip()):
        rule = locked(RetentionRule.objects.all(), rule.pk)
        RETENTION_RULE_POLICY.check(by, "edit", rule)
        check_version(rule, version)
        amend(rule, fields)
    return rule


def place_hold(
    participant: Participant,
    *,
    by: Any,
    reason: str,
    until: dt.date | None = None,
    case: Case | None = None,
) -> LegalHold:
    """Keep everything about a person until the day given, or until somebody lifts the hold.

    Raises Forbidden, Invalid.
    """
    with change(by=by, verb="privacy.hold.place", case=case):
        participant = locked(Participant.objects.all(), participant.pk)
        if not LEGAL_HOLD_POLICY.anywhere(by, "edit"):
            raise Forbidden
        if until is not None and until < timezone.localdate():
            raise Invalid(fields={"until": [_("This day is past.")]})
        if case is not None and case.participant_id != participant.pk:
            raise Invalid(fields={"case": [_("This is a case of somebody else.")]})
        hold = LegalHold(
            participant=participant,
            case=case,
            reason=reason.strip(),
            until=until,
            placed_by=account_of(by),
        )
        save_valid(hold)
    return hold


def lift_hold(hold: LegalHold, *, by: Any, version: int | None = None) -> LegalHold:
    """End a legal hold today. Raises Forbidden, Conflict, Stale."""
    with change(by=by, verb="privacy.hold.lift", case=hold.case_id):
        hold = locked(LegalHold.objects.all(), hold.pk)
        LEGAL_HOLD_POLICY.check(by, "edit", hold)
        check_version(hold, version)
        if hold.lifted_on is not None:
            raise Conflict(_("This hold is lifted already."))
        hold.lifted_on, hold.lifted_by = timezone.localdate(), account_of(by)
        save_valid(hold)
    return hold


def apply_rules(
    *, day: dt.date | None = None, progress: Progress = lambda done, total: None
) -> int:
    """Delete the accesses older than their rule keeps them; how many. Each batch is one change."""
    rule = RetentionRule.objects.filter(
        record_class=RecordClass.ACCESS_LOG, effect=Effect.DELETE
    ).first()
    if rule is None or rule.months is None:
        return 0
    today = day or timezone.localdate()
    limit = last_day_past(today, rule.months)
    old = AccessLog.objects.filter(
        at__lt=timezone.make_aware(dt.datetime.combine(limit, dt.time.min))
    )
    total, done = old.count(), 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with change(by=SYSTEM, verb="privacy.rule.apply"):
            rule = locked(RetentionRule.objects.all(), rule.pk)
            deleted, _models = AccessLog.objects.filter(pk__in=keys).delete()
            rule.applied_count = deleted + (rule.applied_count if done else 0)
            rule.applied_on = today
            save_valid(rule)
        done += deleted
        progress(done, total)
    return done
