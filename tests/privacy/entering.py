"""Entries of the registers for tests, through the services, as the privacy officer would enter them."""

import datetime as dt
from typing import Any

from privacy.models import AccessRequest, Anonymisation, Disclosure, Incident
from privacy.services.registers import add_entry

DAY = dt.date(2026, 5, 4)
FIELDS: dict[type, dict[str, Any]] = {
    AccessRequest: {
        "kind": "access",
        "received_on": DAY,
        "requester_name": "Ghislaine Vadeboncœur",
        "requester_contact": "eloise@exemple.qc.ca",
        "wanted": "Mon dossier au complet",
    },
    Disclosure: {
        "disclosed_on": DAY,
        "recipient": "Service de police de l’Exemple",
        "information": "Nom et téléphone",
        "purpose": "Retrouver une personne en danger",
        "basis": "s59_1",
        "justification": "Menace précise",
        "measures": "De vive voix",
    },
    Incident: {
        "kind": "loss",
        "known_on": DAY,
        "occurred_from": dt.date(2026, 5, 1),
        "information": "Noms et numéros de dossier",
        "circumstances": "Liste perdue dans un train",
        "persons": 14,
    },
    Anonymisation: {
        "information": "Stages de 2019",
        "purposes": "Statistique",
        "supervised_by": "Dominique Exemple",
        "techniques": "Agrégation",
        "security_measures": "Accès restreint",
        "individualisation": "Aucune ligne d’une personne",
        "correlation": "Aucune clé",
        "inference": "Petits effectifs retirés",
        "conclusion": "Risque très faible",
        "analysed_on": DAY,
    },
}


def entered(model: Any, by: Any, **fields: Any) -> Any:
    """An entry of this register, valid unless told otherwise."""
    return add_entry(model, by=by, **FIELDS[model] | fields)
