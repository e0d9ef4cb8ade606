"""What the law asks to be kept about personal information."""

from privacy.models.access_requests import AccessRequest
from privacy.models.anonymisations import Anonymisation
from privacy.models.contacts import Contact
from privacy.models.disclosures import Disclosure
from privacy.models.entries import Entry
from privacy.models.incidents import Incident

__all__ = ["AccessRequest", "Anonymisation", "Contact", "Disclosure", "Entry", "Incident"]
