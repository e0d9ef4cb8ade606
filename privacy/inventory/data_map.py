"""The data map of the impact assessment: the inventory as Markdown, in French, between two markers."""

from collections.abc import Iterator
from itertools import groupby

from django.utils import translation

from privacy.inventory.reading import FILES, Line, lines_of

BEGIN, END = "<!-- carte : début, écrite par `make data-map` -->", "<!-- carte : fin -->"


def data_map() -> str:
    """Every file of personal information, its records by sensitivity, and who reads them."""
    with translation.override("fr-ca"):
        return "\n".join(_lines())


def refreshed(document: str) -> str:
    """The document with the map of today. Raises ValueError when it has no place for it."""
    before, begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("The document has no place for the data map.")
    return f"{before}{BEGIN}\n\n{data_map()}\n{END}{after}"


def _lines() -> Iterator[str]:
    for file in FILES:
        yield f"### {file.name}\n"
        yield f"- Finalité : {file.purpose}"
        yield f"- Personnes concernées : {file.persons}"
        yield f"- Provenance : {file.source}"
        yield f"- Protection : {file.security}"
        yield f"- Conservation : {file.retention}\n"
        yield "| Fiche | Sensibilité | Renseignements | Lecture |"
        yield "|---|---|---|---|"
        for (name, tier, readers), lines in groupby(sorted(lines_of(file), key=_group), key=_group):
            fields = ", ".join(_field(line) for line in lines)
            yield f"| {name} | {tier} | {fields} | {readers} |"
        yield ""
    yield "† chiffré dans la base de données; * retiré de l’historique lors d’un effacement."


def _group(line: Line) -> tuple[str, str, str]:
    return line.model_name, line.tier, ", ".join(line.readers)


def _field(line: Line) -> str:
    marks = ("†" if line.is_encrypted else "") + ("\\*" if line.is_redactable else "")
    return f"{line.field_name}{marks}"
