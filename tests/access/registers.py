"""Beside the cases: conflicts of interest, registers, legal holds, erasures, the public contact."""

import datetime as dt
from typing import Any

from cases.models import Case, ConflictOfInterest
from peph.audit.changes import SYSTEM, change
from privacy.models import (
    AccessRequest,
    Anonymisation,
    Contact,
    Disclosure,
    Erasure,
    Incident,
    LegalHold,
    RetentionRule,
)
from tests.access.people import CONFLICTS, Account
from tests.access.world import DAY, World, put

# Who has an entry: one whose case is kept, one who is due; nobody at all.
PEOPLE = ("MTMD 03", "closed 03", "")
# Whose case is kept by somebody of the population: a conflict of theirs waits until it is handed over.
IN_CHARGE = ("coordinator with health", "unplaced 03")


def keep(world: World, accounts: dict[str, Account]) -> None:
    """Write them all. Every free text is a canary, the reason of a correction as well."""
    officer = accounts["privacy officer"].user
    name, of = IN_CHARGE
    with change(by=SYSTEM, verb="cases.case.transfer", case=world.objects["case", of].pk):
        case = Case.objects.get(pk=world.objects["case", of].pk)
        case.coordinator = accounts[name].user
        case.save()
    _conflicts(world, accounts)
    for place, of in enumerate(PEOPLE, start=1):
        about = world.objects["case", of].participant if of else None
        _entries(world, place, about, officer)
        if about is not None:
            _retention(world, world.objects["case", of], officer)
    with change(by=SYSTEM, verb="privacy.contact.update"):
        put(world, Contact.objects.first() or Contact())
        put(world, RetentionRule.objects.order_by("position").first())


def _conflicts(world: World, accounts: dict[str, Account]) -> None:
    lead = world.authors["lead"]
    for name, of in [
        *((name, case) for name, cases in CONFLICTS.items() for case in cases),
        ("coordinator", "MTMD 03"),
    ]:
        case = world.objects["case", of]
        is_over = name not in CONFLICTS
        conflict = ConflictOfInterest(case=case, user=accounts[name].user, declared_by=lead)
        if is_over:
            conflict.ended_at, conflict.ended_by = conflict.declared_at, lead
            conflict.end_reason = world.canaries.hatch(
                "cases.conflictofinterest", "end_reason", conflict.pk
            )
        with change(by=SYSTEM, verb="cases.conflict.declare", case=case.pk, region=case.region_id):
            put(world, conflict)


def _entries(world: World, place: int, about: Any, officer: Any) -> None:
    year = f"{DAY.year}-{place:05d}"
    entries: list[Any] = [
        AccessRequest(number=f"DEM-{year}", kind="access", received_on=DAY, participant=about,
                      state="partly", answered_on=DAY, recourse_told_on=DAY),
        Disclosure(number=f"COM-{year}", disclosed_on=DAY, basis="s59_1", participant=about),
    ]  # fmt: skip
    if about is None:
        entries += [
            Incident(number=f"INC-{year}", kind="loss", known_on=DAY, occurred_from=DAY, persons=9),
            Anonymisation(number=f"ANO-{year}", analysed_on=DAY),
        ]
    for entry in entries:
        entry.noted_by = officer
        label = entry._meta.label_lower
        # What is said of a change of an entry says something of the entry.
        reason = world.canaries.hatch(label, "reason of a change", entry.pk)
        with change(by=officer, verb=f"privacy.{entry._meta.model_name}.add", reason=reason):
            put(world, entry)


def _retention(world: World, case: Any, officer: Any) -> None:
    hold = LegalHold(
        participant=case.participant, case=case, until=DAY + dt.timedelta(days=4000),
        placed_by=officer,
    )  # fmt: skip
    erasure = Erasure(
        participant=case.participant, subject_id=case.participant_id, proposed_by=officer
    )
    for record in (hold, erasure):
        with change(by=officer, verb=f"privacy.{record._meta.model_name}.test"):
            put(world, record)
