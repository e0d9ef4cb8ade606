"""The table of the columns: how each is headed, what it becomes, whether it must be filled."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.imports.cleaning import (
    Cell,
    email,
    language,
    lookup_key,
    one_line,
    paragraphs,
    person_name,
    phone,
    postal_code,
    region_text,
    status,
)
from cases.imports.dates import date


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `lookup` names the mapping of `Lookups` where the cleaned text is looked up."""

    field: str
    heading: str
    aliases: tuple[str, ...]
    clean: Callable[[Cell], Any]
    required: bool = False
    missing: Any = ""
    lookup: str = ""
    unknown: Any = ""


# The limits are those of the models' fields; a test holds the two together.
COLUMNS = (
    Column(
        "legacy_number",
        "No dossier",
        ("Numéro de dossier", "N° dossier", "File number", "File no"),
        partial(one_line, limit=40),
    ),
    Column(
        "last_name",
        "Nom",
        ("Nom de famille", "Last name", "Surname"),
        partial(person_name, limit=80),
        required=True,
        missing=_("The last name is missing."),
    ),
    Column(
        "first_name",
        "Prénom",
        ("First name", "Given name"),
        partial(person_name, limit=80),
        required=True,
        missing=_("The first name is missing."),
    ),
    Column(
        "birth_date",
        "Date de naissance",
        ("Naissance", "Date of birth", "Birth date"),
        date,
        required=True,
        missing=_("The date of birth is missing. Write it as 1990-04-30."),
    ),
    Column("email", "Courriel", ("Adresse courriel", "E-mail", "E-mail address", "Email"), email),
    Column("phone", "Téléphone", ("Telephone", "Phone", "Phone number"), phone),
    Column("postal_code", "Code postal", ("Postal code",), postal_code),
    Column(
        "municipality",
        "Municipalité",
        ("Ville", "Municipality", "City", "Town"),
        partial(one_line, limit=80),
    ),
    Column(
        "region",
        "Région",
        ("Région administrative", "Region", "Administrative region"),
        region_text,
        required=True,
        missing=_("The region is missing. Write its name or its code, such as 03."),
        lookup="regions",
        unknown=_("This region is not known. Write its name or its code, such as 03."),
    ),
    Column(
        "language",
        "Langue",
        ("Langue de correspondance", "Language", "Language of correspondence"),
        language,
    ),
    Column(
        "referring_agency",
        "Organisme référent",
        ("Referring agency", "Referring organisation", "Referring organization"),
        partial(one_line, limit=160),
    ),
    Column(
        "referred_on",
        "Date de référence",
        ("Referred on", "Referral date", "Date of referral"),
        date,
        required=True,
        missing=_("The date of referral is missing. Write it as 2026-04-30."),
    ),
    Column(
        "job_class",
        "Classe d'emplois visée",
        ("Classe d'emplois", "Job class", "Job class sought"),
        partial(one_line, limit=120),
        lookup="job_classes",
        unknown=_("This job class is not known. Write its name or its code."),
    ),
    Column(
        "functional_needs",
        "Besoins d'adaptation",
        ("Adaptations", "Functional needs", "What has to be adapted"),
        partial(paragraphs, limit=2000),
    ),
    Column(
        "status",
        "Statut",
        ("État", "Status"),
        status,
        required=True,
        missing=_("The status is missing. Write it as in the list of statuses."),
    ),
    Column(
        "organization",
        "Ministère d'accueil",
        (
            "Organisme d'accueil",
            "Ministère ou organisme d'accueil",
            "MO",
            "Host organisation",
            "Host organization",
        ),
        partial(one_line, limit=200),
        lookup="organizations",
        unknown=_("This host organisation is not known. Write its acronym, such as MTMD."),
    ),
    Column(
        "site_name",
        "Unité d'accueil",
        ("Unité", "Host site", "Unit", "Host unit"),
        partial(one_line, limit=120),
    ),
    Column("starts_on", "Début", ("Début du stage", "Start", "Starts on", "Start date"), date),
    Column(
        "ends_on",
        "Fin prévue",
        ("Fin", "Fin du stage", "Planned end", "Ends on", "End date"),
        date,
    ),
    Column(
        "supervisor_name",
        "Superviseur",
        ("Superviseure", "Supervisor", "Supervisor name"),
        partial(person_name, limit=160),
    ),
    Column("next_follow_up_on", "Prochain suivi", ("Next follow-up", "Next follow-up on"), date),
    Column(
        "remarks", "Remarques", ("Remarque", "Remarks", "Notes"), partial(paragraphs, limit=8000)
    ),
)

BY_FIELD = {column.field: column for column in COLUMNS}
BY_HEADING = {
    lookup_key(name): column
    for column in COLUMNS
    for name in (column.heading, *column.aliases, column.field)
}


def column_for(heading: str) -> Column | None:
    """The column a heading names; case, accents, kind of dash and blanks do not count."""
    return BY_HEADING.get(lookup_key(heading))
