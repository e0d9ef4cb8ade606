"""The invented people of the demonstration: opening a case, admitting it, and days counted from today."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cases.models import Case, Participant
from cases.services.cases import move_case, open_case
from cases.services.participants import give_consent
from organizations.models import Region

NEEDS = (
    "Loupe d’écran et consignes écrites",
    "Horaire flexible, pauses aux heures fixes",
    "Interprétation en LSQ aux rencontres",
    "Poste assis-debout",
    "Télétravail trois jours par semaine",
)
AGREED = ("case_management", "share_profile", "share_needs")


def day(offset: int) -> dt.date:
    """So many days from today."""
    return timezone.localdate() + dt.timedelta(days=offset)


def dated(inputs: dict[str, Any]) -> dict[str, Any]:
    """The same inputs, each whole number being a day counted from today."""
    return {name: day(value) if isinstance(value, int) else value for name, value in inputs.items()}


def is_there(last: str, first: str) -> bool:
    """Whether the demonstration met this person before."""
    return Participant.objects.filter(last_name=last, first_name=first).exists()


def arrive(
    by: Any,
    region: Region,
    last: str,
    first: str,
    number: int,
    referred: int,
    *,
    agreed: tuple[str, ...] = AGREED,
) -> Case:
    """Open the case of one invented person, with the consents given on the day of the referral."""
    case = open_case(
        by=by,
        region=region,
        person={
            "last_name": last,
            "first_name": first,
            "birth_date": dt.date(1970 + number * 3 % 36, 1 + number % 12, 1 + number % 28),
            "email": f"participant.{number}@exemple.qc.ca",
            "phone": f"418 555-{2000 + number}",
            "postal_code": "G1R 5M1",
            "municipality": "Québec",
            "functional_needs": NEEDS[number % len(NEEDS)],
        },
        referred_on=day(referred),
        referring_agency="Organisme Exemple",
    )
    for purpose in agreed:
        give_consent(
            case.participant, by=by, purpose=purpose, text_version="2026-01", given_on=day(referred)
        )
    return case


def admit(case: Case, by: Any, decided: int) -> None:
    """From the referral to matching, decided so many days from today."""
    move_case(case, "start-intake", by=by, first_contact_on=case.referred_on)
    move_case(case, "start-review", by=by, applied_on=case.referred_on)
    move_case(case, "admit", by=by, decided_on=day(decided))
    move_case(case, "start-matching", by=by)
