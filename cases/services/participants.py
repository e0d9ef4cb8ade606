"""Writes on the person: identity, consents, and the health information kept apart."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent, DisabilityRecord, Participant
from cases.policy import CASE_POLICY, CONSENT_POLICY, PARTICIPANT_POLICY, Action
from cases.services.context import changing
from peph.audit import access_log
from peph.audit.changes import change
from peph.errors import Conflict, Invalid, Stale
from peph.records import amend, check_version, locked, save_valid


def update_participant(
    participant: Participant, *, by: Any, version: int | None = None, **fields: Any
) -> Participant:
    """Correct who the person is and how to reach them. Raises Forbidden, Stale, Invalid."""
    case = latest_case(participant)
    with change(by=by, verb="cases.participant.update", case=case, region=case and case.region_id):
        participant = locked(Participant.objects.all(), participant.pk)
        PARTICIPANT_POLICY.check(by, Action.EDIT, participant)
        check_version(participant, version)
        amend(participant, fields)
    return participant


def give_consent(
    participant: Participant,
    *,
    by: Any,
    purpose: str,
    text_version: str,
    given_on: dt.date,
    means: str = Consent.Means.WRITTEN,
    expires_on: dt.date | None = None,
) -> Consent:
    """Record that the person agreed to one purpose. Raises Forbidden, Invalid."""
    case = latest_case(participant)
    with change(by=by, verb="cases.consent.give", case=case, region=case and case.region_id):
        PARTICIPANT_POLICY.check(by, Action.EDIT, participant)
        if given_on > timezone.localdate():
            raise Invalid(fields={"given_on": [_("This date is in the future.")]})
        consent = Consent(
            participant=participant,
            purpose=purpose,
            text_version=text_version.strip(),
            given_on=given_on,
            means=means,
            expires_on=expires_on,
        )
        save_valid(consent)
    return consent


def withdraw_consent(
    consent: Consent,
    *,
    by: Any,
    withdrawn_on: dt.date,
    reason: str = "",
    version: int | None = None,
) -> Consent:
    """Record that the person took the agreement back. Raises Forbidden, Conflict, Invalid, Stale."""
    case = latest_case(consent.participant)
    with change(
        by=by,
        verb="cases.consent.withdraw",
        reason=reason,
        case=case,
        region=case and case.region_id,
    ):
        consent = locked(Consent.objects.all(), consent.pk)
        CONSENT_POLICY.check(by, Action.EDIT, consent)
        check_version(consent, version)
        if consent.withdrawn_on is not None:
            raise Conflict(_("This consent is already withdrawn."))
        if withdrawn_on > timezone.localdate():
            raise Invalid(fields={"withdrawn_on": [_("This date is in the future.")]})
        amend(consent, {"withdrawn_on": withdrawn_on})
    return consent


def read_health(case: Case, *, by: Any, request: HttpRequest | None = None) -> DisabilityRecord:
    """The health tier of a case's participant. The read is logged before anything is shown.

    Raises Forbidden. An empty record stands for one never written.
    """
    CASE_POLICY.check(by, Action.READ_HEALTH, case)
    access_log.record("health", request=request, user=by, obj=case.participant, case=case)
    found = DisabilityRecord.objects.filter(participant_id=case.participant_id).first()
    return found or DisabilityRecord(participant=case.participant, version=0)


def save_health(
    case: Case, *, by: Any, version: int | None = None, **fields: Any
) -> DisabilityRecord:
    """Write the health tier; it needs the person's live consent (Access Act, s. 59).

    `version` 0 stands for a record never written. Raises Forbidden, Conflict (no consent), Stale, Invalid.
    """
    with changing(case, by=by, verb="cases.health.update"):
        CASE_POLICY.check(by, Action.EDIT_HEALTH, case)
        if not case.participant.consents.live().filter(purpose=Consent.Purpose.HEALTH).exists():
            raise Conflict(_("Record the consent “Collect health information” first."))
        records = DisabilityRecord.objects.all()
        known = records.filter(participant_id=case.participant_id).first()
        if known is None:
            if version:
                raise Stale
            record = DisabilityRecord(participant=case.participant, **fields)
            save_valid(record)
        else:
            record = locked(records, known.pk)
            check_version(record, version)
            amend(record, fields)
    return record


def latest_case(participant: Participant) -> Case | None:
    """The case through which a change on the person is found: the open one, or the last."""
    return participant.cases.order_by(F("closed_on").desc(nulls_first=True), "-created_at").first()
