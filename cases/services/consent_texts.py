"""The texts of the consents: loaded with the reference data, and found for a purpose and a person."""

import csv
from pathlib import Path

from cases.models import ConsentText, Participant

FILE = Path(__file__).resolve().parent.parent / "reference" / "consent_texts.csv"


def load_consent_texts() -> int:
    """Add the texts that are missing and overwrite none; how many were added. Runs inside a change."""
    known = set(ConsentText.objects.values_list("purpose", "text_version"))
    with FILE.open(encoding="utf-8", newline="") as file:
        added = [
            ConsentText(**row)
            for row in csv.DictReader(file)
            if (row["purpose"], row["text_version"]) not in known
        ]
    return len(ConsentText.objects.bulk_create(added))


def purposes_not_agreed(participant: Participant) -> list[tuple[str, str]]:
    """The purposes (code and name) for which the person has no live consent."""
    taken = participant.consents.filter(withdrawn_on__isnull=True)
    agreed = set(taken.values_list("purpose", flat=True))
    purposes = ConsentText._meta.get_field("purpose").flatchoices
    return [(code, label) for code, label in purposes if code not in agreed]


def texts_for(purpose: str) -> list[ConsentText]:
    """The texts of a purpose that may be agreed to today, the latest first."""
    return list(ConsentText.objects.in_force().filter(purpose=purpose))
