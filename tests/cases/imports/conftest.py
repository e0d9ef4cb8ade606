"""The reference data of the sample spreadsheets, as plain texts: no database is needed here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cases.imports.cleaning import lookup_table
from cases.imports.records import Lookups

DATA = Path(__file__).parents[2] / "data"

REGIONS = {
    "01": "Bas-Saint-Laurent",
    "02": "Saguenay–Lac-Saint-Jean",
    "03": "Capitale-Nationale",
    "04": "Mauricie",
    "05": "Estrie",
    "06": "Montréal",
    "07": "Outaouais",
    "08": "Abitibi-Témiscamingue",
    "09": "Côte-Nord",
    "10": "Nord-du-Québec",
    "11": "Gaspésie–Îles-de-la-Madeleine",
    "12": "Chaudière-Appalaches",
    "13": "Laval",
    "14": "Lanaudière",
    "15": "Laurentides",
    "16": "Montérégie",
    "17": "Centre-du-Québec",
}
ORGANIZATIONS = (
    "CNESST",
    "MAPAQ",
    "MCN",
    "MESS",
    "MJQ",
    "MSP",
    "MTMD",
    "RAMQ",
    "SAAQ",
    "SHQ",
)
JOB_CLASSES = {
    "200-10": "Agente ou agent de bureau",
    "249-10": "Préposée ou préposé aux renseignements",
    "272-10": "Technicienne ou technicien en informatique",
    "264-10": "Technicienne ou technicien en administration",
    "221-10": "Agente ou agent de secrétariat",
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in the language they are written in."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def lookups() -> Lookups:
    """Each name and code stands for the code, each acronym for itself."""
    return Lookups(
        regions=lookup_table((key, code) for code, name in REGIONS.items() for key in (code, name)),
        organizations=lookup_table((acronym, acronym) for acronym in ORGANIZATIONS),
        job_classes=lookup_table(
            (key, code) for code, name in JOB_CLASSES.items() for key in (code, name)
        ),
    )
