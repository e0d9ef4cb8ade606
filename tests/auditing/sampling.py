"""Samples for tests: drawn, worked through and signed through the services, as an auditor would."""

from typing import Any

from django.http import QueryDict

from auditing.lists.populations import french_words_of, narrowed
from auditing.models import Finding, Sample
from auditing.services.answers import save_item
from auditing.services.findings import add_finding
from auditing.services.mandates import Mandate
from auditing.services.samples import draw_sample, move_sample


def drawn(
    by: Any,
    population: str = "cases",
    query: str = "",
    mandate: Mandate | None = None,
    **asked: Any,
) -> Sample:
    """A sample of everything the mandate covers, unless told otherwise."""
    under = mandate or Mandate()
    found = narrowed(population, QueryDict(query), mandate=under, by=by)
    values: dict[str, Any] = {"title": "Essai", "size": 500, "seed": "graine"}
    return draw_sample(
        found.rows,
        by=by,
        mandate=under,
        population=population,
        filter_query=found.query,
        filter_text=french_words_of(found.filterset),
        **values | asked,
    )


def all_yes(sample: Sample) -> dict[str, dict[str, str]]:
    """Every question of a sample answered by yes."""
    asked = sample.asked.select_related("question")
    return {each.question.code: {"value": "yes"} for each in asked}


def worked_through(sample: Sample, by: Any) -> Sample:
    """Every record done."""
    for item in sample.items.all():
        save_item(item, by=by, answers=all_yes(sample), done=True)
    return sample


def signed(sample: Sample, by: Any) -> Sample:
    """Worked through and signed."""
    worked_through(sample, by)
    return move_sample(
        sample, "sign", by=by, conclusion="Tout concorde.", confirmation=sample.number
    )


def noted(sample: Sample, by: Any, case: Any = None, **fields: Any) -> Finding:
    """A finding on the record of that case, or on the whole sample."""
    values: dict[str, Any] = {"severity": "major", "text": "La date n’est pas celle du document."}
    if case is not None:
        values["item"] = sample.items.get(subject_case=case)
    return add_finding(sample, by=by, **values | fields)
