"""What the law asks to be kept about personal information, how long it is kept, and what is erased."""

from privacy.models.access_requests import AccessRequest
from privacy.models.anonymisations import Anonymisation
from privacy.models.contacts import Contact
from privacy.models.disclosures import Disclosure
from privacy.models.entries import Entry
from privacy.models.erasures import Erasure
from privacy.models.incidents import Incident
from privacy.models.retention import OF_CASE, Effect, LegalHold, RecordClass, RetentionRule

__all__ = [
    "OF_CASE",
    "AccessRequest",
    "Anonymisation",
    "Contact",
    "Disclosure",
    "Effect",
    "Entry",
    "Erasure",
    "Incident",
    "LegalHold",
    "RecordClass",
    "RetentionRule",
]
